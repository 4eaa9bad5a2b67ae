using Asgiref.Core.Events;
using Asgiref.Core.Rules;
using Asgiref.Core.Scopes;
using static Asgiref.Core.Tests.Rules.RulesTestExtensions;

namespace Asgiref.Core.Tests.Rules;

public sealed class CustomSendRulesTests
{
    [Fact]
    [Covers("CORE-16")]
    public void A_custom_scope_takes_every_custom_event_and_lacks_nothing()
    {
        var rules = SendRules.For(new CustomScope("chat"));
        Assert.Null(rules.FindOmission());
        Assert.Equal(SendVerdict.Forward, rules.Take(new CustomEvent("chat.message")));
        Assert.Equal(SendVerdict.Forward, rules.Take(new CustomEvent("other")));
        Assert.Null(rules.FindOmission());
    }

    [Fact]
    [Covers("CORE-19")]
    public void A_custom_scope_refuses_events_of_the_specification() =>
        Assert.Contains("\"chat\"", SendRules.For(new CustomScope("chat")).Refuses(Start()));
}
