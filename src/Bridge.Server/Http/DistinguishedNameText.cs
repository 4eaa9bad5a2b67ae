using System.Formats.Asn1;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Bridge.Server.Http;

/// <summary>Writes the name in a certificate as RFC 4514 says; the platform's own text is of an older form.</summary>
internal static class DistinguishedNameText
{
    private const string Special = "\"+,;<>\\";

    /// <summary>The short names that every reader must know (RFC 4514 section 3).</summary>
    private static readonly Dictionary<string, string> ShortNames = new()
    {
        ["2.5.4.3"] = "CN",
        ["2.5.4.7"] = "L",
        ["2.5.4.8"] = "ST",
        ["2.5.4.10"] = "O",
        ["2.5.4.11"] = "OU",
        ["2.5.4.6"] = "C",
        ["2.5.4.9"] = "STREET",
        ["0.9.2342.19200300.100.1.25"] = "DC",
        ["0.9.2342.19200300.100.1.1"] = "UID",
    };

    /// <summary>The most specific part first, parts divided by commas, several attributes of a part by plus signs.</summary>
    public static string Of(X500DistinguishedName name)
    {
        var parts = new List<string>();
        var reader = new AsnReader(name.RawData, AsnEncodingRules.DER).ReadSequence();
        while (reader.HasData)
        {
            var attributes = new List<string>();
            var set = reader.ReadSetOf(skipSortOrderValidation: true);
            while (set.HasData)
            {
                attributes.Add(AttributeOf(set.ReadSequence()));
            }

            parts.Add(string.Join('+', attributes));
        }

        parts.Reverse();
        return string.Join(',', parts);
    }

    private static string AttributeOf(AsnReader attribute)
    {
        var type = attribute.ReadObjectIdentifier();
        var tag = attribute.PeekTag();
        return ShortNames.TryGetValue(type, out var known) && TryReadText(attribute, tag) is { } text
            ? $"{known}={Escape(text)}"
            : $"{type}=#{Convert.ToHexStringLower(attribute.ReadEncodedValue().Span)}";
    }

    private static string? TryReadText(AsnReader attribute, Asn1Tag tag) => (UniversalTagNumber)tag.TagValue switch
    {
        UniversalTagNumber.UTF8String or UniversalTagNumber.PrintableString or UniversalTagNumber.IA5String
            or UniversalTagNumber.BMPString or UniversalTagNumber.T61String => attribute.ReadCharacterString((UniversalTagNumber)tag.TagValue),
        _ => null,
    };

    private static string Escape(string text)
    {
        var escaped = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            var isEdge = (i == 0 && (text[i] is ' ' or '#')) || (i == text.Length - 1 && text[i] == ' ');
            if (text[i] == '\0')
            {
                escaped.Append("\\00");
                continue;
            }

            if (isEdge || Special.Contains(text[i], StringComparison.Ordinal))
            {
                escaped.Append('\\');
            }

            escaped.Append(text[i]);
        }

        return escaped.ToString();
    }
}
