namespace ScimLite.EntraSync;

/// <summary>The target attributes of Entra's default mapping, as its PATCH requests name them.</summary>
internal static class EntraPaths
{
    public const string Enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
    public const string Mail = "emails[type eq \"work\"].value";
    public const string WorkPhone = "phoneNumbers[type eq \"work\"].value";
    public const string Mobile = "phoneNumbers[type eq \"mobile\"].value";
    public const string Office = "addresses[type eq \"work\"].formatted";
    public const string Street = "addresses[type eq \"work\"].streetAddress";
    public const string Locality = "addresses[type eq \"work\"].locality";
    public const string Region = "addresses[type eq \"work\"].region";
    public const string PostalCode = "addresses[type eq \"work\"].postalCode";
    public const string Country = "addresses[type eq \"work\"].country";
    public const string Role = "roles[primary eq \"True\"].value";
    public const string EmployeeNumber = Enterprise + ":employeeNumber";
    public const string Department = Enterprise + ":department";
    public const string Manager = Enterprise + ":manager";
}
