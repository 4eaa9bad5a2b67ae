using Asgiref.Core.Events;
using Asgiref.Core.Headers;
using Asgiref.Core.Rules;
using Asgiref.Core.Values;
using Microsoft.Win32.SafeHandles;
using static Asgiref.Core.Tests.Rules.RulesTestExtensions;

namespace Asgiref.Core.Tests.Rules;

public sealed class HttpExtensionTests
{
    private static readonly HttpResponsePathSendEvent File = new() { Path = "/srv/file" };
    private static readonly HttpResponseTrailersEvent Trailers = new();
    private static readonly HttpResponseEarlyHintEvent Hint = new() { Links = ["</style.css>; rel=preload"u8.ToArray()] };
    private static readonly HttpResponsePushEvent Push = new() { Path = "/style.css" };
    private static readonly HttpResponseDebugEvent Debug = new() { Info = AsgiValueMap.Empty };

    private static readonly HttpResponseZeroCopySendEvent OpenFile = new() { File = new SafeFileHandle(), MoreBody = true };

    public static TheoryData<AsgiEvent> ExtensionEvents() => [File, Trailers, Hint, Push, Debug, OpenFile];

    [Theory]
    [MemberData(nameof(ExtensionEvents))]
    [Covers("CORE-32", "EXT-07", "EXT-12", "EXT-19", "EXT-24", "EXT-28", "EXT-33")]
    public void An_event_of_an_extension_that_is_not_listed_raises_out_of_send(AsgiEvent message)
    {
        Assert.Contains($"\"{message.Type}\"", SendRules.For(Http()).Refuses(message));
        Assert.Contains($"\"{message.Type}\"", Http().After(Start()).Refuses(message));
    }

    [Fact]
    [Covers("HTTP-38", "EXT-29", "EXT-30")]
    public void Announced_trailers_complete_the_response_after_the_body()
    {
        var rules = Http("GET", Trailers.Type).After(Start() with { Trailers = true }, Body(1));
        Assert.Equal(SendProgress.Started, rules.Progress);
        Assert.Contains("trailers", rules.FindOmission());

        Assert.Equal(SendVerdict.Forward, rules.Take(Trailers with { MoreTrailers = true }));
        Assert.Equal(SendProgress.Started, rules.Progress);
        Assert.Equal(SendVerdict.Forward, rules.Take(Trailers with { Headers = AsgiHeaders.Of(("x-checksum", "1")) }));
        Assert.Equal(SendProgress.Complete, rules.Progress);
        Assert.Null(rules.FindOmission());
    }

    [Fact]
    [Covers("EXT-28", "EXT-29")]
    public void Trailers_that_were_not_announced_or_come_too_early_raise_out_of_send()
    {
        SendRules.For(Http("GET", Trailers.Type)).Refuses(Trailers);
        Assert.Contains("announce", Http("GET", Trailers.Type).After(Start()).Refuses(Trailers));
        Assert.Contains(
            "after the last body event",
            Http("GET", Trailers.Type).After(Start() with { Trailers = true }, Body(1, more: true)).Refuses(Trailers));
    }

    [Fact]
    [Covers("EXT-28", "CORE-32")]
    public void A_start_cannot_announce_trailers_that_are_not_listed() =>
        SendRules.For(Http()).Refuses(Start() with { Trailers = true });

    [Fact]
    [Covers("EXT-29")]
    public void Trailers_are_held_to_the_rules_of_headers() =>
        Http("GET", Trailers.Type).After(Start() with { Trailers = true }, Body(1))
            .Refuses(Trailers with { Headers = AsgiHeaders.Of((":status", "1")) });

    [Fact]
    public void No_body_comes_between_the_last_part_and_the_trailers() =>
        Assert.Contains("complete", Http("GET", Trailers.Type).After(Start() with { Trailers = true }, Body(1)).Refuses(Body(1)));

    [Fact]
    [Covers("GAP-12")]
    public void A_short_body_is_told_before_missing_trailers() =>
        Assert.Contains(
            "content-length",
            Http("GET", Trailers.Type).After(Start(200, ("content-length", "5")) with { Trailers = true }, Body(1)).FindOmission());

    [Fact]
    [Covers("EXT-20", "EXT-21")]
    public void A_path_is_the_whole_body_and_completes_the_response()
    {
        var rules = Http("GET", File.Type).After(Start(200, ("content-length", "5")));
        Assert.Equal(SendVerdict.Forward, rules.Take(File));
        Assert.Equal(SendProgress.Complete, rules.Progress);
        Assert.Null(rules.FindOmission());
        Assert.Equal(SendVerdict.Ignore, rules.Take(File));
    }

    [Fact]
    [Covers("EXT-20")]
    public void A_path_comes_after_the_start_and_is_not_mixed_with_body_events()
    {
        SendRules.For(Http("GET", File.Type)).Refuses(File);
        Http("GET", File.Type).After(Start(), Body(0, more: true)).Refuses(File);
    }

    [Theory]
    [InlineData("")]
    [InlineData("file")]
    [InlineData("./file")]
    [InlineData("/srv/\0")]
    [Covers("EXT-19")]
    public void A_path_that_is_not_absolute_raises_out_of_send(string path) =>
        Http("GET", File.Type).After(Start()).Refuses(File with { Path = path });

    [Fact]
    [Covers("EXT-21", "GAP-11")]
    public void A_path_in_answer_to_head_sends_no_body() =>
        Assert.Equal(SendVerdict.ForwardWithoutBody, Http("HEAD", File.Type).After(Start()).Take(File));

    [Fact]
    [Covers("EXT-15", "EXT-16", "EXT-17")]
    public void Parts_of_an_open_file_mix_with_body_events()
    {
        SendRules.For(Http("GET", OpenFile.Type)).Refuses(OpenFile);
        var rules = Http("GET", OpenFile.Type).After(Start(200, ("content-length", "5")), Body(1, more: true), OpenFile, OpenFile);
        rules.Take(OpenFile with { MoreBody = false });
        Assert.Equal(SendProgress.Complete, rules.Progress);
        Assert.Null(rules.FindOmission());
    }

    [Fact]
    [Covers("EXT-13", "EXT-14")]
    public void A_part_of_an_open_file_has_no_negative_offset_or_count()
    {
        var rules = Http("GET", OpenFile.Type).After(Start());
        rules.Refuses(OpenFile with { Offset = -1 });
        rules.Refuses(OpenFile with { Count = -1 });
        rules.Take(OpenFile with { Offset = 0, Count = 0 });
    }

    [Fact]
    [Covers("EXT-25", "GAP-07")]
    public void Early_hints_are_taken_until_the_first_body_event_and_ignored_after()
    {
        var rules = SendRules.For(Http("GET", Hint.Type));
        Assert.Equal(SendVerdict.Forward, rules.Take(Hint));
        Assert.Equal(SendProgress.NotStarted, rules.Progress);
        rules.Take(Start());
        Assert.Equal(SendVerdict.Forward, rules.Take(Hint));
        rules.Take(Body(1, more: true));
        Assert.Equal(SendVerdict.Ignore, rules.Take(Hint));
    }

    [Fact]
    [Covers("EXT-24")]
    public void A_link_with_a_line_break_raises_out_of_send() =>
        Assert.Contains("link 1", SendRules.For(Http("GET", Hint.Type)).Refuses(Hint with { Links = ["a"u8.ToArray(), "a\r\nb"u8.ToArray()] }));

    [Fact]
    [Covers("EXT-08")]
    public void A_push_comes_between_the_start_and_the_last_body_event()
    {
        SendRules.For(Http("GET", Push.Type)).Refuses(Push);
        var rules = Http("GET", Push.Type, Trailers.Type).After(Start() with { Trailers = true });
        Assert.Equal(SendVerdict.Forward, rules.Take(Push));
        rules.Refuses(Push with { Headers = AsgiHeaders.Of((":path", "/")) });
        rules.Take(Body(1));
        rules.Refuses(Push);
    }

    [Fact]
    [Covers("EXT-34")]
    public void Debug_comes_once_before_the_start()
    {
        var rules = SendRules.For(Http("GET", Debug.Type));
        Assert.Equal(SendVerdict.Forward, rules.Take(Debug));
        Assert.Equal(SendProgress.NotStarted, rules.Progress);
        rules.Refuses(Debug);
        Http("GET", Debug.Type).After(Start()).Refuses(Debug);
    }
}
