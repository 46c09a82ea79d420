using System.Text.Json;

namespace ScimLite.Tests.Benchmarks;

/// <summary>One tenant's directory on a server, filled to a size.</summary>
public sealed class FilledDirectory(ServerProcess server, string token, string root)
{
    private int next;

    /// <summary>The ids of its users.</summary>
    public List<string> Users { get; } = [];

    /// <summary>The id of a group by its number of members.</summary>
    public Dictionary<int, string> Groups { get; } = [];

    /// <summary>Makes a name that no other user has.</summary>
    public string NextName() => $"u{Interlocked.Increment(ref next):D7}";

    /// <summary>Tells the id of the newest user, once.</summary>
    public string TakeUser()
    {
        lock (Users)
        {
            var id = Users[^1];
            Users.RemoveAt(Users.Count - 1);
            return id;
        }
    }

    /// <summary>Sends a request below the Tenant URL.</summary>
    public Task<(int Status, string Body)> SendAsync(string method, string path, string? body, bool readBody = false) =>
        server.SendAsync(token, method, root + path, body, readBody);

    /// <summary>Creates users, several at a time; the n-th of all has the n-th name.</summary>
    public async Task AddUsersAsync(int count)
    {
        var ids = new string[count];
        var names = Enumerable.Range(0, count).Select(_ => NextName()).ToArray();
        await Parallel.ForAsync(0, count, new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (i, _) => ids[i] = await CreateAsync("/Users", Texts.User(names[i])));
        Users.AddRange(ids);
    }

    /// <summary>Creates a group with the first users as members.</summary>
    public async Task AddGroupAsync(int members)
    {
        var id = await CreateAsync("/Groups", Texts.Group($"group-{members}"));
        foreach (var chunk in Users.Take(members).Chunk(5000))
        {
            var (status, answer) = await SendAsync("PATCH", "/Groups/" + id, Texts.Member("Add", chunk), readBody: true);
            Check(status == 204, answer);
        }
        Groups.Add(members, id);
    }

    /// <summary>Creates a resource and tells its id.</summary>
    public async Task<string> CreateAsync(string path, string body)
    {
        var (status, answer) = await SendAsync("POST", path, body, readBody: true);
        Check(status == 201, answer);
        using var resource = JsonDocument.Parse(answer);
        return resource.RootElement.GetProperty("id").GetString()!;
    }

    /// <summary>Ends the run when an answer is not what was expected: a figure of failing requests is none.</summary>
    public static void Check(bool expected, string answer)
    {
        if (!expected)
        {
            throw new InvalidOperationException($"The benchmark got an unexpected answer: {answer}");
        }
    }
}
