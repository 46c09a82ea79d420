<?xml version="1.0" encoding="utf-8"?>
<!-- A table of the packages in a CycloneDX document: name, version, licence. What only the build uses is left out. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns:b="http://cyclonedx.org/schema/bom/1.6">
  <xsl:output method="text" encoding="utf-8" />
  <xsl:template match="/">
    <xsl:text>| package | version | licence |&#10;| --- | --- | --- |&#10;</xsl:text>
    <xsl:for-each select="/b:bom/b:components/b:component[not(b:scope = 'excluded')]">
      <xsl:value-of select="concat('| ', b:name, ' | ', b:version, ' | ')" />
      <xsl:for-each select="b:licenses/b:expression | b:licenses/b:license">
        <xsl:if test="position() > 1">, </xsl:if>
        <xsl:choose>
          <xsl:when test="self::b:expression"><xsl:value-of select="." /></xsl:when>
          <xsl:when test="b:id"><xsl:value-of select="b:id" /></xsl:when>
          <xsl:when test="b:url"><xsl:value-of select="b:url" /></xsl:when>
          <xsl:otherwise><xsl:value-of select="b:name" /></xsl:otherwise>
        </xsl:choose>
      </xsl:for-each>
      <xsl:if test="not(b:licenses/*)">not stated</xsl:if>
      <xsl:text> |&#10;</xsl:text>
    </xsl:for-each>
  </xsl:template>
</xsl:stylesheet>
