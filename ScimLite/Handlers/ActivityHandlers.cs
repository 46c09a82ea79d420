using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;
using ScimLite.Provisioning;
using ScimLite.Store;
using ScimLite.Tenancy;

namespace ScimLite.Handlers;

/// <summary>The activity log over the admin API: read in pages, exported as a whole, followed as it grows.</summary>
public sealed class ActivityHandlers(
    TenantAccounts accounts, ActivityReader reader, AdminSession sessions, IHostApplicationLifetime lifetime, IOptions<JsonOptions> json, TimeProvider clock)
{
    /// <summary>How many followers one replica serves at once; each asks the store once a second.</summary>
    public const int MostFollowers = 50;

    /// <summary>How many of them may follow one tenant, so that no customer takes all the places.</summary>
    public const int MostOfTenant = 10;

    /// <summary>How often a follower hears that the line is alive when nothing happens.</summary>
    public static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(15);

    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(1), LongestFollow = TimeSpan.FromHours(1), Trust = TimeSpan.FromSeconds(5);

    private readonly Dictionary<string, int> followers = new(StringComparer.Ordinal);

    /// <summary>Contract §4: <c>?before=&amp;limit=&amp;failures=&amp;resource=&amp;operation=&amp;text=</c>, newest first.</summary>
    public async Task<IResult> Read(HttpContext http, string tenant)
    {
        var query = ActivityQuery.Read(http.Request.Query, out var problem);
        if (query is null)
        {
            return AdminProblems.Bad(problem);
        }
        if (await accounts.FindAsync(tenant, http.RequestAborted).ConfigureAwait(false) is null)
        {
            return AdminProblems.Missing;
        }
        var page = await reader.ReadAsync(tenant, query.Filter, query.Before, query.Limit, http.RequestAborted).ConfigureAwait(false);
        return TypedResults.Ok(new ActivityAnswer([.. page.Entries.Select(ActivityView.Of)], page.Next));
    }

    /// <summary><c>?format=csv|ndjson</c> and the filters: everything, in batches, so that neither side holds it as a whole.</summary>
    public async Task<IResult> Export(HttpContext http, string tenant)
    {
        var format = (string?)http.Request.Query["format"] ?? "csv";
        var query = ActivityQuery.Read(http.Request.Query, out var problem);
        if (query is null || format is not ("csv" or "ndjson"))
        {
            return AdminProblems.Bad(query is null ? problem : "format is none that is written; allowed is csv or ndjson.");
        }
        if (await accounts.FindAsync(tenant, http.RequestAborted).ConfigureAwait(false) is null)
        {
            return AdminProblems.Missing;
        }
        // Read before the answer starts, so that a store that is away is told as such.
        var page = await reader.ReadAsync(tenant, query.Filter, query.Before, ActivityReader.ReadSize / 2, http.RequestAborted).ConfigureAwait(false);
        http.Response.ContentType = format == "csv" ? "text/csv; charset=utf-8" : "application/x-ndjson";
        http.Response.Headers.ContentDisposition = $"attachment; filename=\"{tenant}-activity.{format}\"";
        var text = new StringBuilder(format == "csv" ? ActivityCsv.Header : "");
        while (true)
        {
            foreach (var entry in page.Entries.Select(ActivityView.Of))
            {
                if (format == "csv")
                {
                    ActivityCsv.Write(text, entry);
                }
                else
                {
                    text.Append(Json(entry)).Append('\n');
                }
            }
            await http.Response.WriteAsync(text.ToString(), http.RequestAborted).ConfigureAwait(false);
            if (page.Next is not { } next)
            {
                return TypedResults.Empty;
            }
            text.Clear();
            try
            {
                page = await reader.ReadAsync(
                    tenant, query.Filter, next, ActivityReader.ReadSize / 2, http.RequestAborted).ConfigureAwait(false);
            }
            catch (StoreUnavailableException)
            {
                // The status is sent already: an answer that breaks off is the only sign left that this is not the whole log.
                http.Abort();
                return TypedResults.Empty;
            }
        }
    }

    /// <summary>Server-sent events: one <c>entry</c> for each that comes, its position as the id, from which a browser reads on by itself
    /// after a break. The filters apply.</summary>
    public async Task<IResult> Follow(HttpContext http, string tenant)
    {
        var query = ActivityQuery.Read(http.Request.Query, out var problem);
        if (query is null)
        {
            return AdminProblems.Bad(problem);
        }
        if (await accounts.FindAsync(tenant, http.RequestAborted).ConfigureAwait(false) is null)
        {
            return AdminProblems.Missing;
        }
        if (TakePlace(tenant) is { } full)
        {
            http.Response.Headers.RetryAfter = "30";
            return TypedResults.Problem($"{full} readers already. Close some, or read the log in pages.", statusCode: 503);
        }
        try
        {
            using var end = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, lifetime.ApplicationStopping);
            var last = (string?)http.Request.Headers["Last-Event-ID"] ?? http.Request.Query["after"];
            var position = long.TryParse(last, NumberStyles.None, CultureInfo.InvariantCulture, out var given) ? given
                : await reader.NewestAsync(tenant, end.Token).ConfigureAwait(false);
            http.Response.ContentType = "text/event-stream";
            http.Response.Headers.CacheControl = "no-store";
            http.Response.Headers["X-Accel-Buffering"] = "no";
            await FollowAsync(http, tenant, query.Filter, position, end.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested || lifetime.ApplicationStopping.IsCancellationRequested)
        {
            return TypedResults.Empty;
        }
        finally
        {
            LeavePlace(tenant);
        }
        return TypedResults.Empty;
    }

    // What is full, when there is no place.
    private string? TakePlace(string tenant)
    {
        lock (followers)
        {
            var ofTenant = followers.GetValueOrDefault(tenant);
            if (ofTenant >= MostOfTenant)
            {
                return $"This tenant is being followed by {MostOfTenant}";
            }
            if (followers.Values.Sum() >= MostFollowers)
            {
                return $"This server is being followed by {MostFollowers}";
            }
            followers[tenant] = ofTenant + 1;
            return null;
        }
    }

    private void LeavePlace(string tenant)
    {
        lock (followers)
        {
            if (--followers[tenant] == 0)
            {
                followers.Remove(tenant);
            }
        }
    }

    // Ends with the set-up link that opened it, and after an hour in any case; a browser comes back by itself, and is asked who it is.
    private async Task FollowAsync(HttpContext http, string tenant, ActivityFilter filter, long position, CancellationToken cancel)
    {
        var (start, heard, trusted) = (clock.GetTimestamp(), clock.GetTimestamp(), clock.GetTimestamp());
        await WriteAsync(http, ": following\n\n", cancel).ConfigureAwait(false);
        while (clock.GetElapsedTime(start) < LongestFollow)
        {
            IReadOnlyList<ActivityRecord> entries = [];
            var next = position;
            try
            {
                if (clock.GetElapsedTime(trusted) >= Trust)
                {
                    if (!await sessions.IsAliveAsync(http.User, cancel).ConfigureAwait(false))
                    {
                        return;
                    }
                    trusted = clock.GetTimestamp();
                }
                (entries, next) = await reader.ReadOnAsync(tenant, filter, position, cancel).ConfigureAwait(false);
            }
            catch (StoreUnavailableException)
            {
                // The follower waits with the store: a browser that is answered 503 instead would not come back by itself.
                next = position;
            }
            if (entries.Count > 0 || clock.GetElapsedTime(heard) >= Heartbeat)
            {
                heard = clock.GetTimestamp();
                var events = string.Concat(entries.Select(e => $"id: {e.Sequence}\nevent: entry\ndata: {Json(ActivityView.Of(e))}\n\n"));
                await WriteAsync(http, entries.Count > 0 ? events : ": alive\n\n", cancel).ConfigureAwait(false);
            }
            if (next == position)
            {
                await Task.Delay(Pace, clock, cancel).ConfigureAwait(false);
            }
            position = next;
        }
    }

    private static async Task WriteAsync(HttpContext http, string text, CancellationToken cancel)
    {
        await http.Response.WriteAsync(text, cancel).ConfigureAwait(false);
        await http.Response.Body.FlushAsync(cancel).ConfigureAwait(false);
    }

    private string Json(ActivityView entry) => JsonSerializer.Serialize(entry, json.Value.SerializerOptions);
}
