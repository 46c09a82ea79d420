namespace ScimLite.Protocol;

/// <summary>The URNs of RFC 7643 and RFC 7644 that ScimLite speaks.</summary>
public static class Urns
{
    /// <summary>Core User schema, RFC 7643 §4.1.</summary>
    public const string User = "urn:ietf:params:scim:schemas:core:2.0:User";

    /// <summary>Enterprise User extension, RFC 7643 §4.3.</summary>
    public const string EnterpriseUser = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

    /// <summary>Core Group schema, RFC 7643 §4.2.</summary>
    public const string Group = "urn:ietf:params:scim:schemas:core:2.0:Group";

    /// <summary>Schema of a schema, RFC 7643 §7.</summary>
    public const string Schema = "urn:ietf:params:scim:schemas:core:2.0:Schema";

    /// <summary>Schema of a resource type, RFC 7643 §6.</summary>
    public const string ResourceType = "urn:ietf:params:scim:schemas:core:2.0:ResourceType";

    /// <summary>Schema of the service provider configuration, RFC 7643 §5.</summary>
    public const string ServiceProviderConfig = "urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig";

    /// <summary>A list of resources, RFC 7644 §3.4.2.</summary>
    public const string ListResponse = "urn:ietf:params:scim:api:messages:2.0:ListResponse";

    /// <summary>A query sent by POST, RFC 7644 §3.4.3.</summary>
    public const string SearchRequest = "urn:ietf:params:scim:api:messages:2.0:SearchRequest";

    /// <summary>A PATCH request, RFC 7644 §3.5.2.</summary>
    public const string PatchOp = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

    /// <summary>A Bulk request, RFC 7644 §3.7.</summary>
    public const string BulkRequest = "urn:ietf:params:scim:api:messages:2.0:BulkRequest";

    /// <summary>The answer to a Bulk request, RFC 7644 §3.7.</summary>
    public const string BulkResponse = "urn:ietf:params:scim:api:messages:2.0:BulkResponse";

    /// <summary>An error, RFC 7644 §3.12.</summary>
    public const string Error = "urn:ietf:params:scim:api:messages:2.0:Error";
}
