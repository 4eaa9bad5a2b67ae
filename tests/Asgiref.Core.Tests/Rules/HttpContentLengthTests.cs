using Asgiref.Core.Rules;
using static Asgiref.Core.Tests.Rules.RulesTestExtensions;

namespace Asgiref.Core.Tests.Rules;

public sealed class HttpContentLengthTests
{
    [Fact]
    [Covers("GAP-12")]
    public void A_body_of_the_announced_length_is_taken()
    {
        var rules = Http().After(Start(200, ("Content-Length", "5")), Body(2, more: true), Body(3));
        Assert.Null(rules.FindOmission());
    }

    [Fact]
    [Covers("GAP-12")]
    public void A_part_beyond_the_announced_length_raises_and_a_right_one_may_follow()
    {
        var rules = Http().After(Start(200, ("content-length", "5")), Body(2, more: true));
        Assert.Contains("5 bytes announced, 2 sent, 4 more", rules.Refuses(Body(4)));

        rules.Take(Body(3));
        Assert.Equal(SendProgress.Complete, rules.Progress);
        Assert.Null(rules.FindOmission());
    }

    [Fact]
    [Covers("GAP-12", "GAP-10")]
    public void A_body_below_the_announced_length_is_complete_with_an_omission()
    {
        var rules = Http().After(Start(200, ("content-length", "5")), Body(4));
        Assert.Equal(SendProgress.Complete, rules.Progress);
        Assert.Contains("5 bytes announced, 4 sent", rules.FindOmission());
        Assert.Equal(SendVerdict.Ignore, rules.Take(Body(1)));
    }

    [Fact]
    public void Equal_duplicates_count_once() =>
        Assert.Null(Http().After(Start(200, ("content-length", "2"), ("content-length", "2")), Body(2)).FindOmission());

    [Fact]
    public void Different_duplicates_raise_out_of_send() =>
        Assert.Contains("2 and 3", SendRules.For(Http()).Refuses(Start(200, ("content-length", "2"), ("Content-Length", "3"))));

    [Theory]
    [InlineData("")]
    [InlineData("-1")]
    [InlineData("+1")]
    [InlineData("1.0")]
    [InlineData("1, 1")]
    [InlineData("0x10")]
    [InlineData("twelve")]
    [InlineData("9223372036854775808")]
    public void A_length_that_is_no_number_of_bytes_raises_out_of_send(string length) =>
        Assert.Contains("content-length", SendRules.For(Http()).Refuses(Start(200, ("content-length", length))));

    [Theory]
    [InlineData(" 3 ")]
    [InlineData("003")]
    [InlineData("\t3")]
    public void Space_and_zeros_around_a_length_are_taken(string length) =>
        Assert.Null(Http().After(Start(200, ("content-length", length)), Body(3)).FindOmission());

    [Fact]
    [Covers("HTTP-40")]
    public void A_transfer_encoding_changes_nothing()
    {
        var rules = Http().After(Start(200, ("transfer-encoding", "chunked"), ("content-length", "1")));
        rules.Refuses(Body(2));
        rules.Take(Body(1));
        Assert.Null(rules.FindOmission());
    }

    [Theory]
    [InlineData("HEAD", 200)]
    [InlineData("GET", 204)]
    [InlineData("GET", 205)]
    [InlineData("GET", 304)]
    [Covers("GAP-11")]
    public void A_response_without_a_body_on_the_wire_drops_it_and_does_not_count_it(string method, int status)
    {
        var rules = Http(method).After(Start(status, ("content-length", "5")));
        Assert.Equal(SendVerdict.ForwardWithoutBody, rules.Take(Body(9, more: true)));
        Assert.Equal(SendVerdict.ForwardWithoutBody, rules.Take(Body(0)));
        Assert.Equal(SendProgress.Complete, rules.Progress);
        Assert.Null(rules.FindOmission());
    }

    [Fact]
    public void A_start_and_its_body_allocate_nothing()
    {
        const int Conversations = 100;
        var scope = Http();
        var start = Start(200, ("content-type", "text/plain"), ("content-length", "5"), ("x-more", "value"));
        var (part, last) = (Body(2, more: true), Body(3));
        var rules = Enumerable.Range(0, Conversations + 1).Select(_ => SendRules.For(scope)).ToArray();
        Converse(rules[0]);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 1; i <= Conversations; i++)
        {
            Converse(rules[i]);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Converse(SendRules one)
        {
            one.Take(start);
            one.Take(part);
            one.Take(last);
        }
    }
}
