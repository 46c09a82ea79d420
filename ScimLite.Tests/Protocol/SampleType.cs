using ScimLite.Protocol;
using ScimLite.Protocol.Schemas;

namespace ScimLite.Tests.Protocol;

/// <summary>A resource type with the kinds of attributes that User and Group lack.</summary>
internal static class SampleType
{
    public const string Extension = "urn:example:scim:schemas:extension:lab:2.0:Thing";

    public static readonly ResourceType Thing = new("Thing", "/Things", "Thing", Schema.Parse("""
        {
          "id": "urn:example:scim:schemas:2.0:Thing",
          "name": "Thing",
          "attributes": [
            { "name": "name", "type": "complex", "subAttributes": [
              { "name": "first", "type": "string" },
              { "name": "pin", "type": "string", "returned": "never" },
              { "name": "key", "type": "string", "returned": "always" },
              { "name": "note", "type": "string", "returned": "request" } ] },
            { "name": "weight", "type": "decimal" },
            { "name": "children", "type": "integer" },
            { "name": "shared", "type": "boolean" },
            { "name": "nullAttr", "type": "string" },
            { "name": "unassigned", "type": "string" },
            { "name": "emptyArray", "type": "string", "multiValued": true },
            { "name": "tags", "type": "string", "multiValued": true },
            { "name": "born", "type": "dateTime" },
            { "name": "photo", "type": "binary" },
            { "name": "caseExactString", "type": "string", "caseExact": true },
            { "name": "badge", "type": "string", "mutability": "immutable" },
            { "name": "serial", "type": "integer", "mutability": "readOnly" },
            { "name": "addresses", "type": "complex", "multiValued": true, "subAttributes": [
              { "name": "type", "type": "string" },
              { "name": "streetAddress", "type": "string" },
              { "name": "priority", "type": "integer" } ] },
            { "name": "friends", "type": "complex", "multiValued": true, "subAttributes": [
              { "name": "value", "type": "string", "mutability": "immutable" },
              { "name": "$ref", "type": "reference" },
              { "name": "display", "type": "string", "mutability": "readOnly" } ] },
            { "name": "tokens", "type": "complex", "multiValued": true, "subAttributes": [
              { "name": "value", "type": "string", "returned": "never" },
              { "name": "type", "type": "string" } ] },
            { "name": "vault", "type": "complex", "returned": "never", "subAttributes": [
              { "name": "value", "type": "string" } ] },
            { "name": "secret", "type": "string", "returned": "never" },
            { "name": "rank", "type": "string", "returned": "request" },
            { "name": "label", "type": "string", "returned": "always" }
          ]
        }
        """), [Schema.Parse($$"""
        {
          "id": "{{Extension}}",
          "name": "Lab",
          "attributes": [
            { "name": "room", "type": "string", "required": true },
            { "name": "shelf", "type": "string" },
            { "name": "weight", "type": "string" }
          ]
        }
        """)], []);
}
