using System.Globalization;
using Asgiref.Core.Headers;
using Asgiref.Core.Wsgi;
using static Asgiref.Core.Tests.Wsgi.WsgiCall;

namespace Asgiref.Core.Tests.Wsgi;

/// <summary>Repeated headers once made asgiref do quadratic work without a bound (CVE-2025-14550).</summary>
public class HeaderFuzzTests
{
    private const int Limit = 5;

    private static readonly string[] Names = ["x-a", "X-A", "x_a", "x-b", "accept", "Accept", "cookie", "COOKIE", "content-type", "x", "X", "-"];

    [Fact]
    [Covers("GEN-06", "WSGI-20", "WSGI-21")]
    public async Task Random_headers_are_joined_or_refused_by_how_often_each_variable_comes()
    {
        for (var seed = 0; seed < 300; seed++)
        {
            var random = new Random(seed);
            var headers = Enumerable.Range(0, random.Next(40))
                .Select(i => (Name: Names[random.Next(Names.Length)], Value: i.ToString(CultureInfo.InvariantCulture))).ToArray();
            var expected = headers.Where(header => !header.Name.Contains('_', StringComparison.Ordinal))
                .GroupBy(header => VariableOf(header.Name), header => header.Value).ToDictionary(same => same.Key, same => same.ToList());
            IDictionary<string, object>? environ = null;

            var call = await RunAsync(
                (seen, start) =>
                {
                    environ = seen;
                    start("204 No Content", []);
                    return [];
                },
                Scope with { Headers = AsgiHeaders.Of(headers) },
                new WsgiOptions { DuplicateHeaderLimit = Limit });

            if (expected.Values.Any(values => values.Count > Limit))
            {
                Assert.Equal((seed, 400, null), (seed, call.Status, environ));
                continue;
            }

            Assert.Equal((seed, 204), (seed, call.Status));
            Assert.Equal(
                expected.ToDictionary(same => same.Key, same => string.Join(same.Key == "HTTP_COOKIE" ? "; " : ",", same.Value)),
                environ!.Where(entry => entry.Key is "CONTENT_TYPE" || entry.Key.StartsWith("HTTP_", StringComparison.Ordinal))
                    .ToDictionary(entry => entry.Key, entry => (string)entry.Value));
        }
    }

    [Fact]
    [Covers("WSGI-22", "GEN-06")]
    public void Ten_times_as_many_values_cost_ten_times_the_memory_and_not_a_hundred()
    {
        var builder = new EnvironBuilder(new WsgiOptions { DuplicateHeaderLimit = null });
        CostOf(2_000);

        var (small, large) = (CostOf(2_000), CostOf(20_000));

        Assert.InRange(large, small, small * 20);

        long CostOf(int count)
        {
            var scope = Scope with { Headers = AsgiHeaders.Of([.. Enumerable.Repeat(("x-a", "0123456789"), count)]) };
            var before = GC.GetAllocatedBytesForCurrentThread();
            Assert.NotNull(builder.Build(scope));
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }
    }

    private static string VariableOf(string header) => header.ToUpperInvariant().Replace('-', '_') switch
    {
        "CONTENT_TYPE" => "CONTENT_TYPE",
        var name => "HTTP_" + name,
    };
}
