using System.Text;

namespace Bridge.Server.Tests.Http;

/// <summary>A response as it came over the wire; every byte is one character (latin-1).</summary>
internal sealed record RawResponse(int Status, IReadOnlyList<(string Name, string Value)> Headers, string Body)
{
    public IEnumerable<string> Values(string name) =>
        Headers.Where(header => header.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Select(header => header.Value);

    public string? Header(string name) => Values(name).FirstOrDefault();

    public static RawResponse ParseHead(string head)
    {
        var lines = head.Split("\r\n");
        return new RawResponse(
            int.Parse(lines[0].Split(' ')[1], null),
            [.. lines.Skip(1).Select(line => (line[..line.IndexOf(':')], line[(line.IndexOf(':') + 1)..].Trim(' ')))],
            "");
    }

    /// <summary>Undoes the chunked framing.</summary>
    public static string Dechunk(string framed)
    {
        var body = new StringBuilder();
        for (var at = 0; ;)
        {
            var end = framed.IndexOf("\r\n", at, StringComparison.Ordinal);
            var size = Convert.ToInt32(framed[at..end], 16);
            if (size == 0)
            {
                return body.ToString();
            }

            body.Append(framed, end + 2, size);
            at = end + 2 + size + 2;
        }
    }
}
