using Asgiref.Core.Events;
using Asgiref.Core.Rules;
using Asgiref.Core.Scopes;

namespace Asgiref.Core.Tests.Rules;

public sealed class LifespanSendRulesTests
{
    private static readonly LifespanScope Scope = new();
    private static readonly LifespanStartupCompleteEvent Started = new();
    private static readonly LifespanShutdownCompleteEvent Stopped = new();

    [Fact]
    [Covers("LIFE-10", "LIFE-17")]
    public void Startup_and_shutdown_are_answered_in_this_order()
    {
        var rules = SendRules.For(Scope);
        Assert.Equal(SendVerdict.Forward, rules.Take(Started));
        Assert.Equal(SendProgress.Started, rules.Progress);
        Assert.Equal(SendVerdict.Forward, rules.Take(Stopped));
        Assert.Equal(SendProgress.Complete, rules.Progress);
        Assert.Null(rules.FindOmission());
    }

    [Fact]
    [Covers("LIFE-12")]
    public void A_failed_startup_completes_the_lifespan() =>
        Assert.Equal(SendProgress.Complete, Scope.After(new LifespanStartupFailedEvent { Message = "no database" }).Progress);

    [Fact]
    [Covers("LIFE-19")]
    public void A_failed_shutdown_completes_the_lifespan() =>
        Assert.Equal(SendProgress.Complete, Scope.After(Started, new LifespanShutdownFailedEvent()).Progress);

    [Fact]
    public void Startup_is_answered_once()
    {
        var rules = Scope.After(Started);
        Assert.Contains("already", rules.Refuses(Started));
        Assert.Contains("already", rules.Refuses(new LifespanStartupFailedEvent()));
    }

    [Fact]
    public void Shutdown_is_not_answered_before_startup()
    {
        var rules = SendRules.For(Scope);
        Assert.Contains("not been answered", rules.Refuses(Stopped));
        Assert.Contains("not been answered", rules.Refuses(new LifespanShutdownFailedEvent()));
    }

    [Fact]
    [Covers("GAP-08", "CORE-19")]
    public void An_event_of_another_protocol_raises_out_of_send()
    {
        Assert.Contains("\"lifespan\"", SendRules.For(Scope).Refuses(new HttpResponseStartEvent { Status = 200 }));
        Assert.Contains("\"lifespan\"", SendRules.For(Scope).Refuses(new LifespanStartupEvent()));
        Assert.Contains("\"lifespan\"", SendRules.For(Scope).Refuses(new CustomEvent("lifespan.ready")));
    }

    [Fact]
    [Covers("CORE-23")]
    public void Events_after_the_last_answer_are_ignored()
    {
        Assert.Equal(SendVerdict.Ignore, Scope.After(Started, Stopped).Take(Stopped));
        Assert.Equal(SendVerdict.Ignore, Scope.After(new LifespanStartupFailedEvent()).Take(Started));
    }

    [Fact]
    public void An_application_that_ends_early_has_left_an_answer_out()
    {
        Assert.Contains("lifespan.startup", SendRules.For(Scope).FindOmission());
        Assert.Contains("lifespan.shutdown", Scope.After(Started).FindOmission());
    }
}
