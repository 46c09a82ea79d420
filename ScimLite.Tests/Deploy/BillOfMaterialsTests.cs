using System.Xml;
using System.Xml.Xsl;
using ScimLite.Tests.Hosting;

namespace ScimLite.Tests.Deploy;

/// <summary>The table of licences is made of the bill of materials. That each package is in the bill, the publish itself checks.</summary>
public sealed class BillOfMaterialsTests
{
    [Fact]
    public void The_table_of_licences_has_each_package_that_is_shipped_and_what_it_says_of_its_licence()
    {
        var transform = new XslCompiledTransform();
        transform.Load(Path.Combine(Repository.Root, "deploy", "licences.xslt"));
        using var bill = XmlReader.Create(new StringReader("""
            <bom xmlns="http://cyclonedx.org/schema/bom/1.6"><components>
              <component type="library"><name>Known</name><version>1.2.3</version><scope>required</scope><licenses><license><id>MIT</id></license></licenses></component>
              <component type="library"><name>Both</name><version>2.0.0</version><scope>required</scope><licenses><expression>Apache-2.0 OR MIT</expression></licenses></component>
              <component type="library"><name>Two</name><version>3.0.0</version><licenses><license><id>MIT</id></license><license><id>BSD-3-Clause</id></license></licenses></component>
              <component type="library"><name>Elsewhere</name><version>4.0.0</version><licenses><license><name>Unknown - See URL</name><url>https://example.com/licence</url></license></licenses></component>
              <component type="library"><name>Silent</name><version>5.0.0</version></component>
              <component type="library"><name>Analyzer</name><version>6.0.0</version><scope>excluded</scope><licenses><license><id>MIT</id></license></licenses></component>
            </components></bom>
            """));
        using var table = new StringWriter();

        transform.Transform(bill, null, table);

        Assert.Equal("""
            | package | version | licence |
            | --- | --- | --- |
            | Known | 1.2.3 | MIT |
            | Both | 2.0.0 | Apache-2.0 OR MIT |
            | Two | 3.0.0 | MIT, BSD-3-Clause |
            | Elsewhere | 4.0.0 | https://example.com/licence |
            | Silent | 5.0.0 | not stated |

            """, table.ToString(), ignoreLineEndingDifferences: true);
    }
}
