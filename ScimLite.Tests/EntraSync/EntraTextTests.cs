using System.Net;
using System.Net.Sockets;
using System.Text;
using ScimLite.EntraSync;

namespace ScimLite.Tests.EntraSync;

/// <summary>The requests, word by word as Entra sends them.</summary>
public sealed class EntraTextTests
{
    private const string Op = """{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[""";

    private static readonly AttributeChange[] Changes =
    [
        new("displayName", "Ada \"L\"", true), new("emails[type eq \"work\"].value", "ada@contoso.com", true), new("name.givenName", "Ада", true),
        new("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department", "R&D", false), new("active", "false", true),
    ];

    [Fact]
    public void Without_the_flag_each_attribute_is_an_operation_and_active_is_text() => Assert.Equal(Op + """
        {"op":"Replace","path":"displayName","value":"Ada \"L\""},
        {"op":"Replace","path":"emails[type eq \"work\"].value","value":"ada@contoso.com"},
        {"op":"Replace","path":"name.givenName","value":"Ада"},
        {"op":"Add","path":"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department","value":"R&D"},
        {"op":"Replace","path":"active","value":"False"}]}
        """.ReplaceLineEndings(""), EntraText.Change(SyncDialect.Default, Changes));

    [Fact]
    public void With_the_flag_plain_attributes_share_an_operation_without_a_path_and_active_is_a_boolean() => Assert.Equal(Op + """
        {"op":"replace","path":"emails[type eq \"work\"].value","value":"ada@contoso.com"},
        {"op":"replace","path":"active","value":false},
        {"op":"replace","value":{"displayName":"Ada \"L\"","name.givenName":"Ада"}},
        {"op":"add","value":{"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department":"R&D"}}]}
        """.ReplaceLineEndings(""), EntraText.Change(SyncDialect.AadOptscim062020, Changes));

    [Fact]
    public void Members_are_added_by_value_and_removed_by_value_or_with_the_flag_by_filter()
    {
        Assert.Equal(Op + """{"op":"Add","path":"members","value":[{"value":"2f1c"}]}]}""", EntraText.AddMembers(SyncDialect.Default, ["2f1c"]));
        Assert.Equal(Op + """{"op":"add","path":"members","value":[{"value":"2f1c"},{"value":"8aa0"}]}]}""", EntraText.AddMembers(SyncDialect.AadOptscim062020, ["2f1c", "8aa0"]));
        Assert.Equal(Op + """{"op":"Remove","path":"members","value":[{"$ref":null,"value":"2f1c"}]}]}""", EntraText.RemoveMembers(SyncDialect.Default, ["2f1c"]));
        Assert.Equal(Op + """{"op":"remove","path":"members[value eq \"2f1c\"]"}]}""", EntraText.RemoveMembers(SyncDialect.AadOptscim062020, ["2f1c"]));
    }

    [Fact]
    public void A_manager_is_text_or_with_the_flag_an_object_and_is_removed_by_its_path()
    {
        const string path = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager";

        Assert.Equal(Op + $$"""{"op":"Add","path":"{{path}}","value":"8aa0"}]}""", EntraText.SetManager(SyncDialect.Default, "8aa0", had: false));
        Assert.Equal(Op + $$$"""{"op":"replace","path":"{{{path}}}","value":{"value":"8aa0"}}]}""", EntraText.SetManager(SyncDialect.AadOptscim062020, "8aa0", had: true));
        Assert.Equal(Op + $$"""{"op":"Remove","path":"{{path}}"}]}""", EntraText.SetManager(SyncDialect.Default, null, had: true));
    }

    [Fact]
    public void Filters_are_escaped_as_Entra_escapes_them()
    {
        Assert.Equal("/Users?filter=userName+eq+%22ada%2Bwork%40contoso.com%22", EntraText.FindUser("userName", "ada+work@contoso.com"));
        Assert.Equal("/Users?filter=emails%5Btype+eq+%22work%22%5D.value+eq+%22x_y%23EXT%23%40contoso.com%22", EntraText.FindUser("emails[type eq \"work\"].value", "x_y#EXT#@contoso.com"));
        Assert.Equal("/Groups?excludedAttributes=members&filter=displayName+eq+%22R%26D+%E2%80%93+Team%22", EntraText.FindGroup("displayName", "R&D – Team"));
        Assert.Equal("/Groups?filter=id+eq+%229c7d%22+and+members+eq+%222f1c%22", EntraText.HasReference("Groups", "9c7d", "members", "2f1c"));
    }

    [Fact]
    public void A_new_user_has_no_null_no_emails_without_a_mailbox_and_a_group_comes_without_members()
    {
        var company = new FakeDirectory(new SyncOptions { Users = 40, Groups = 1, Memberships = 10 });
        var without = EntraText.CreateUser(company.Users.First(u => u.Mail is null));
        var with = EntraText.CreateUser(company.Users[0]);

        Assert.DoesNotContain("null", with, StringComparison.Ordinal);
        Assert.DoesNotContain("\"emails\"", without, StringComparison.Ordinal);
        Assert.Contains($$""""emails":[{"primary":true,"type":"work","value":"{{company.Users[0].Mail}}"}],"""", with, StringComparison.Ordinal);
        Assert.Contains("\"active\":true,", with, StringComparison.Ordinal);
        Assert.Equal($$$"""{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group","http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group"],"externalId":"{{{company.Groups[0].ObjectId}}}","displayName":"{{{company.Groups[0].DisplayName}}}","meta":{"resourceType":"Group"}}""",
            EntraText.CreateGroup(company.Groups[0]));
    }

    [Theory]
    [InlineData("GET", "/Users?filter=userName+eq+%22o%27brien%40contoso.com%22", null)]
    [InlineData("PATCH", "/Groups/9c7d", "{}")]
    public async Task On_the_wire_there_is_what_Entra_sends_and_no_other_header(string method, string path, string? body)
    {
        var cancel = TestContext.Current.CancellationToken;
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var client = new EntraClient(new EntraClientOptions([$"http://{listener.LocalEndpoint}/scim/v2"], "secret"));

        var sending = client.SendAsync(new EntraRequest(method, path, body), cancel);
        using var connection = await listener.AcceptTcpClientAsync(cancel);
        var buffer = new byte[4096];
        var request = "";
        while (!request.EndsWith("\r\n\r\n" + body, StringComparison.Ordinal))
        {
            request += Encoding.ASCII.GetString(buffer, 0, await connection.GetStream().ReadAsync(buffer, cancel));
        }
        await connection.GetStream().WriteAsync("HTTP/1.1 204 No Content\r\n\r\n"u8.ToArray(), cancel);

        Assert.Equal(204, (await sending).Status);
        var lines = request.Split("\r\n");
        Assert.Equal($"{method} /scim/v2{path} HTTP/1.1", lines[0]);
        string[] expected = [$"Host: {listener.LocalEndpoint}", "Authorization: Bearer secret", .. body is null ? Array.Empty<string>() : ["Content-Type: application/scim+json; charset=utf-8", $"Content-Length: {body.Length}"]];
        Assert.Equal(expected.Order(StringComparer.Ordinal), lines.Skip(1).TakeWhile(l => l.Length > 0).Order(StringComparer.Ordinal));
    }
}
