using System.Globalization;

namespace ScimLite.EntraSync;

/// <summary>
/// A fictitious company in the place of Entra ID: people in many scripts, guests, some without a mailbox, a tree of managers, roles, groups of very
/// unequal size that overlap and nest. The same seed and the same options for its size and its cycles make the same company and the same
/// changes; any other makes a company of other names and ids, so that two companies never meet in one directory.
/// </summary>
internal sealed class FakeDirectory
{
    private readonly Random random;
    private readonly string mark;
    private readonly List<SourceUser> users = [];
    private readonly List<SourceGroup> groups = [];

    /// <summary>Makes the company as it is before the initial cycle.</summary>
    public FakeDirectory(SyncOptions options)
    {
        var own = Hash($"{options.Seed} {options.Users} {options.Groups} {options.Memberships} {options.Cycles} {options.BigGroup}");
        mark = $"{options.Seed}-{own:x8}";
        random = new Random(unchecked((int)own));
        for (var i = 0; i < options.Users; i++)
        {
            Join();
        }
        for (var i = 0; i < options.Groups; i++)
        {
            groups.Add(new SourceGroup(NewId(), GroupName()));
        }
        Fill(options.Memberships);
        // Every tenth group is a member of a larger one.
        for (var i = 10; i < groups.Count; i += 10)
        {
            groups[random.Next(i)].Members.Add(groups[i].ObjectId);
        }
    }

    /// <summary>The object ids of those whose userName, e-mail address or displayName changes in a run with these options.</summary>
    public static IReadOnlySet<string> RenamedIn(SyncOptions options)
    {
        var company = new FakeDirectory(options);
        var names = new Dictionary<string, (string Name, string? Mail)>(StringComparer.Ordinal);
        var renamed = new HashSet<string>(StringComparer.Ordinal);
        for (var cycle = 1; ; cycle++)
        {
            foreach (var (id, name, mail) in company.users.Select(u => (u.ObjectId, u.UserName, u.Mail))
                .Concat(company.groups.Select(g => (g.ObjectId, g.DisplayName, (string?)null))))
            {
                if (!names.TryAdd(id, (name, mail)) && names[id] != (name, mail))
                {
                    renamed.Add(id);
                }
            }
            if (cycle >= options.Cycles)
            {
                return renamed;
            }
            if (cycle == 1)
            {
                company.AddBigGroup(options.BigGroup);
            }
            company.Advance();
        }
    }

    public IReadOnlyList<SourceUser> Users => users;

    public IReadOnlyList<SourceGroup> Groups => groups;

    /// <summary>How many memberships there are, those of nested groups included.</summary>
    public int Memberships => groups.Sum(g => g.Members.Count);

    /// <summary>The day's work of the company between two cycles: joiners, movers, renames, leavers, those who come back, and group churn.</summary>
    public void Advance()
    {
        Restore();
        Leave();
        Move();
        Rename();
        for (var i = 0; i < Share(users.Count, 1); i++)
        {
            var joiner = Join();
            for (var j = random.Next(1, 4); j > 0 && LiveGroups() is { Length: > 0 } live; j--)
            {
                Pick(live).Members.Add(joiner.ObjectId);
            }
        }
        ChurnGroups();
    }

    /// <summary>Adds the group that is changed by adds and removes at once, as it is afterwards: a quarter of its people have left.</summary>
    /// <param name="size">How many people come and go in it; 0 for no such group.</param>
    /// <returns>The group, and all who were ever to be in it; null for no such group.</returns>
    public (SourceGroup Group, IReadOnlyList<SourceUser> People)? AddBigGroup(int size)
    {
        if (size == 0)
        {
            return null;
        }
        SourceUser[] people = [.. users.Take(size)];
        return (AddGroup(people.Skip(people.Length / 4)), people);
    }

    private SourceGroup AddGroup(IEnumerable<SourceUser> members)
    {
        var group = new SourceGroup(NewId(), GroupName());
        group.Members.UnionWith(members.Select(m => m.ObjectId));
        groups.Add(group);
        return group;
    }

    private SourceUser Join()
    {
        var number = users.Count + 1;
        var origin = Pick(People.Origins);
        var (given, family) = (Pick(origin.Given), Pick(origin.Family));
        var user = new SourceUser(NewId());
        user.Set("externalId", user.ObjectId);
        user.Set("name.givenName", given.Name);
        Name(user, given.Name, family.Name);
        var local = $"{given.Latin}.{family.Latin}{number}";
        var guest = number % 50 == 0;
        // Some addresses have capitals, some a plus: both are to come back as they were sent.
        local = number % 7 == 0 ? string.Create(local.Length, local, (to, from) => from.AsSpan().ToUpperInvariant(to)) : local;
        var mail = guest ? $"{local}@partner-{mark}.example"
            : number % 11 == 0 ? $"{local}+work@contoso-{mark}.example" : $"{local}@contoso-{mark}.example";
        user.Set("userName", guest ? $"{mail.Replace('@', '_')}#EXT#@contoso-{mark}.onmicrosoft.com" : $"{local}@contoso-{mark}.example");
        if (number % 33 != 0)
        {
            user.Set(EntraPaths.Mail, mail);
        }
        user.Set("title", Pick(People.Titles));
        user.Set("preferredLanguage", origin.Language);
        user.Set(EntraPaths.EmployeeNumber, (700_000 + number).ToString(CultureInfo.InvariantCulture));
        user.Set(EntraPaths.Department, Pick(People.Departments));
        user.Set(EntraPaths.Street, $"{random.Next(1, 200)} {Pick(People.Streets)}");
        user.Set(EntraPaths.Locality, origin.City);
        user.Set(EntraPaths.Region, origin.Region);
        user.Set(EntraPaths.PostalCode, random.Next(10_000, 99_999).ToString(CultureInfo.InvariantCulture));
        user.Set(EntraPaths.Country, origin.Country);
        user.Set(EntraPaths.Office, $"Room {random.Next(1, 400)}");
        if (number % 3 != 0)
        {
            user.Set(EntraPaths.WorkPhone, Phone());
        }
        if (number % 2 == 0)
        {
            user.Set(EntraPaths.Mobile, Phone());
        }
        if (number % 4 == 0)
        {
            user.Set(EntraPaths.Role, Pick(People.Roles));
        }
        // Seven reports for each manager, as deep as the company is large.
        user.ReportTo(number == 1 ? null : Chief(users[(number - 2) / 7]));
        users.Add(user);
        return user;
    }

    private static SourceUser? Chief(SourceUser? user)
    {
        while (user?.State == SourceState.Deleted)
        {
            user = user.Manager;
        }
        return user;
    }

    private static void Name(SourceUser user, string given, string family)
    {
        user.Set("name.familyName", family);
        user.Set("name.formatted", $"{given} {family}");
        user.Set("displayName", $"{given} {family}");
    }

    // Sizes fall as 1, 1/2, 1/3 …, so that the first group has a good part of the company and the last ones a handful.
    private void Fill(int memberships)
    {
        if (groups.Count == 0 || users.Count == 0)
        {
            return;
        }
        var weights = groups.Select((_, i) => 1.0 / (i + 1)).ToArray();
        var sizes = weights.Select(w => Math.Min(users.Count, (int)(memberships * w / weights.Sum()))).ToArray();
        var rest = memberships - sizes.Sum();
        for (var i = 0; i < sizes.Length && rest > 0; i++)
        {
            var more = Math.Min(rest, users.Count - sizes[i]);
            sizes[i] += more;
            rest -= more;
        }
        var shuffled = users.ToArray();
        for (var i = 0; i < groups.Count; i++)
        {
            random.Shuffle(shuffled);
            groups[i].Members.UnionWith(shuffled.Take(sizes[i]).Select(u => u.ObjectId));
        }
    }

    private void Restore()
    {
        var disabled = users.Where(u => u.State == SourceState.Disabled).ToArray();
        foreach (var user in disabled.Take((disabled.Length + 1) / 2))
        {
            user.Enter(SourceState.Enabled);
        }
    }

    private void Leave()
    {
        foreach (var user in Some(SourceState.Enabled, 1, least: 2))
        {
            user.Enter(SourceState.Disabled);
        }
        // One at least stays, or there would be nobody to go on with.
        foreach (var user in Some(SourceState.Enabled, 0.5).Concat(Some(SourceState.Disabled, 25, least: 0)).Take(Live().Length - 1))
        {
            user.Enter(SourceState.Deleted);
            foreach (var group in groups)
            {
                group.Members.Remove(user.ObjectId);
            }
        }
        foreach (var user in Live().Where(u => u.Manager?.State == SourceState.Deleted))
        {
            user.ReportTo(Chief(user.Manager));
        }
    }

    private void Move()
    {
        foreach (var user in Some(SourceState.Enabled, 2))
        {
            user.Set("title", Pick(People.Titles));
            user.Set(EntraPaths.Department, Pick(People.Departments));
            user.Set(EntraPaths.Office, $"Room {random.Next(1, 400)}");
            user.Set(EntraPaths.Mobile, Phone());
            user.Set(EntraPaths.Role, Pick(People.Roles));
            // Above him in the list is above him in the tree, so nobody becomes his own chief; the first has none.
            user.ReportTo(users.IndexOf(user) is > 0 and var at ? Chief(users[random.Next(at)]) : null);
        }
    }

    private void Rename()
    {
        foreach (var user in Some(SourceState.Enabled, 1))
        {
            var family = Pick(Pick(People.Origins).Family);
            Name(user, user.Values["name.givenName"], family.Name);
            var name = $"{family.Latin}.{user.Values[EntraPaths.EmployeeNumber]}.{user.Revision}@contoso-{mark}.example";
            user.Set("userName", name);
            user.Set(EntraPaths.Mail, name);
        }
    }

    private void ChurnGroups()
    {
        var live = LiveGroups();
        if (live.Length == 0)
        {
            return;
        }
        var people = Live();
        for (var i = Share(Memberships, 1); i > 0; i--)
        {
            Pick(live).Members.Add(Pick(people).ObjectId);
            // The list is small or large as the group is: large groups lose more, as they do in life.
            if (Pick(live).Members is { Count: > 1 } members)
            {
                members.Remove(members.ElementAt(random.Next(members.Count)));
            }
        }
        for (var i = Share(live.Length, 2); i > 0; i--)
        {
            Pick(live).Rename(GroupName());
        }
        if (live.Length > 2)
        {
            var gone = live[live.Length / 2];
            gone.Delete();
            foreach (var group in live)
            {
                group.Members.Remove(gone.ObjectId);
            }
        }
        AddGroup(people.Take(random.Next(1, 20)));
    }

    private SourceUser[] Live() => [.. users.Where(u => u.State != SourceState.Deleted)];

    private SourceGroup[] LiveGroups() => [.. groups.Where(g => !g.Deleted)];

    private IEnumerable<SourceUser> Some(SourceState state, double percent, int least = 1)
    {
        var pool = users.Where(u => u.State == state).ToArray();
        random.Shuffle(pool);
        return pool.Take(Share(pool.Length, percent, least));
    }

    private static int Share(int count, double percent, int least = 1) => Math.Min(count, Math.Max(least, (int)(count * percent / 100)));

    private string GroupName() => $"{Pick(People.Departments)} – {Pick(People.Teams)} {random.Next(1, 1_000_000_000)} ({mark})";

    private string Phone() => $"+{random.Next(1, 99)} ({random.Next(10, 999)}) {random.Next(100, 999)}-{random.Next(1000, 9999)}";

    private string NewId()
    {
        Span<byte> bytes = stackalloc byte[16];
        random.NextBytes(bytes);
        return new Guid(bytes).ToString();
    }

    private T Pick<T>(T[] from) => from[random.Next(from.Length)];

    // FNV-1a: the same on every machine and in every process, unlike string.GetHashCode.
    private static uint Hash(string text) => text.Aggregate(2_166_136_261u, (hash, letter) => unchecked((hash ^ letter) * 16_777_619u));
}
