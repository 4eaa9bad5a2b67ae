using System.Text.RegularExpressions;
using Asgiref.Core.Events;
using Asgiref.Core.Rules;
using Asgiref.Core.Scopes;
using Asgiref.Core.Values;
using Microsoft.Win32.SafeHandles;
using Xunit.Abstractions;
using static Asgiref.Core.Tests.Rules.RulesTestExtensions;

namespace Asgiref.Core.Tests.Rules;

/// <summary>
/// Random events against a second description of the same order: a regular expression over one letter for each event.
/// What the rules take must be exactly what the expression allows next, and a refused event must leave no trace.
/// </summary>
public sealed class RandomConversationTests(ITestOutputHelper output)
{
    private const int Conversations = 3_000;
    private const int EventsEach = 24;

    private readonly int _seed = Random.Shared.Next();

    [Fact]
    [Covers("GAP-07", "GAP-08", "GAP-09")]
    public void Http_takes_exactly_what_its_grammar_allows()
    {
        var alphabet = new Dictionary<char, AsgiEvent>
        {
            ['D'] = new HttpResponseDebugEvent { Info = AsgiValueMap.Empty },
            ['H'] = new HttpResponseEarlyHintEvent { Links = ["</a>"u8.ToArray()] },
            ['S'] = Start(),
            ['T'] = Start() with { Trailers = true },
            ['b'] = Body(1, more: true),
            ['B'] = Body(1),
            ['z'] = new HttpResponseZeroCopySendEvent { File = new SafeFileHandle(), MoreBody = true },
            ['Z'] = new HttpResponseZeroCopySendEvent { File = new SafeFileHandle() },
            ['F'] = new HttpResponsePathSendEvent { Path = "/srv/file" },
            ['P'] = new HttpResponsePushEvent { Path = "/a" },
            ['r'] = new HttpResponseTrailersEvent { MoreTrailers = true },
            ['R'] = new HttpResponseTrailersEvent(),
            ['x'] = Start(99),
            ['y'] = Start(200, ("content-length", "-")),
            ['w'] = new CustomEvent("http.response.unknown"),
        };
        const string BodyPattern = "(?:F|[BZ]|[bz][HPbz]*[BZ])";
        Explore(
            Http("GET", [.. alphabet.Values.Select(message => message.Type).Distinct()]),
            alphabet,
            next: $"H*D?H*(?:S[HP]*(?:{BodyPattern}|[bz][HPbz]*)?|T[HP]*(?:{BodyPattern}[Hr]*R?|[bz][HPbz]*)?)?",
            whole: $"H*D?H*(?:S[HP]*{BodyPattern}|T[HP]*{BodyPattern}[Hr]*R)",
            refusedWhenComplete: "");
    }

    [Fact]
    [Covers("GAP-24", "EXT-04")]
    public void WebSocket_takes_exactly_what_its_grammar_allows()
    {
        var alphabet = new Dictionary<char, AsgiEvent>
        {
            ['A'] = new WebSocketAcceptEvent(),
            ['M'] = new WebSocketSendEvent { Text = "message" },
            ['C'] = new WebSocketCloseEvent(),
            ['S'] = DenialStart(),
            ['b'] = DenialBody(1, more: true),
            ['B'] = DenialBody(1),
            ['x'] = new WebSocketAcceptEvent { Subprotocol = "never offered" },
            ['y'] = new WebSocketCloseEvent { Code = 1006 },
            ['w'] = new CustomEvent("websocket.unknown"),
        };
        Explore(
            WebSocket("websocket.http.response"),
            alphabet,
            next: "(?:C|AM*C?|Sb*B?)?",
            whole: "(?:C|AM*C|Sb*B)",
            refusedWhenComplete: "ASx");
    }

    [Fact]
    [Covers("LIFE-10", "LIFE-12", "LIFE-17", "LIFE-19")]
    public void Lifespan_takes_exactly_what_its_grammar_allows()
    {
        var alphabet = new Dictionary<char, AsgiEvent>
        {
            ['U'] = new LifespanStartupCompleteEvent(),
            ['u'] = new LifespanStartupFailedEvent(),
            ['D'] = new LifespanShutdownCompleteEvent(),
            ['d'] = new LifespanShutdownFailedEvent(),
            ['w'] = new CustomEvent("lifespan.unknown"),
        };
        Explore(new LifespanScope(), alphabet, next: "(?:u|U[Dd]?)?", whole: "(?:u|U[Dd])", refusedWhenComplete: "");
    }

    [Fact]
    [Covers("GAP-12")]
    public void A_body_never_grows_beyond_its_announced_length()
    {
        output.WriteLine($"seed {_seed}");
        var random = new Random(_seed);
        for (var i = 0; i < Conversations; i++)
        {
            var announced = random.Next(20);
            var rules = Http().After(Start(200, ("content-length", $"{announced}")));
            var sent = 0;
            while (rules.Progress != SendProgress.Complete)
            {
                var part = random.Next(8);
                var message = Body(part, more: random.Next(6) != 0);
                if (sent + part > announced)
                {
                    rules.Refuses(message);
                    rules.Take(Body(0, message.MoreBodyOrDefault));
                }
                else
                {
                    rules.Take(message);
                    sent += part;
                }
            }

            Assert.Equal(sent == announced, rules.FindOmission() is null);
        }
    }

    private void Explore(AsgiScope scope, Dictionary<char, AsgiEvent> alphabet, string next, string whole, string refusedWhenComplete)
    {
        output.WriteLine($"seed {_seed}");
        var random = new Random(_seed);
        var (allowed, complete) = (new Regex($"^{next}$", RegexOptions.Compiled), new Regex($"^{whole}$", RegexOptions.Compiled));
        var letters = alphabet.Keys.ToArray();
        var completed = 0;
        for (var i = 0; i < Conversations; i++)
        {
            // The second object never sees a refused event: if the first one keeps a trace of it, they drift apart.
            var (rules, untouched) = (SendRules.For(scope), SendRules.For(scope));
            var taken = "";
            for (var step = 0; step < EventsEach; step++)
            {
                var letter = letters[random.Next(letters.Length)];
                var done = complete.IsMatch(taken);
                var expected = done ? !refusedWhenComplete.Contains(letter, StringComparison.Ordinal) : allowed.IsMatch(taken + letter);
                var verdict = TryTake(rules, alphabet[letter]);
                Assert.True(expected == verdict.HasValue, $"seed {_seed}: after \"{taken}\", '{letter}' gave {verdict?.ToString() ?? "an error"}");
                if (!verdict.HasValue)
                {
                    continue;
                }

                Assert.Equal(untouched.Take(alphabet[letter]), verdict);
                Assert.True(!done || verdict == SendVerdict.Ignore, $"seed {_seed}: '{letter}' was not ignored after \"{taken}\"");
                taken = done ? taken : taken + letter;
                var progress = rules.Progress;
                Assert.True(
                    complete.IsMatch(taken) == (progress == SendProgress.Complete),
                    $"seed {_seed}: {progress} after \"{taken}\"");
                Assert.Equal((untouched.Progress, untouched.FindOmission()), (progress, rules.FindOmission()));
            }

            completed += rules.Progress == SendProgress.Complete ? 1 : 0;
        }

        Assert.InRange(completed, Conversations / 10, Conversations);
    }

    private static SendVerdict? TryTake(SendRules rules, AsgiEvent message)
    {
        var before = (rules.Progress, rules.FindOmission());
        try
        {
            return rules.Take(message);
        }
        catch (InvalidAsgiEventException error)
        {
            Assert.Equal(message.Type, error.EventType);
            Assert.Equal(before, (rules.Progress, rules.FindOmission()));
            return null;
        }
    }
}
