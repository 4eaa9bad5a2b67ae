using System.Text;
using Asgiref.Core.Callables.Transport;
using Bridge.Protocol.Calls;

namespace Bridge.Protocol.Tests.Calls;

public class CallErrorMappingTests
{
    [Theory]
    [InlineData(V1.CallErrorKind.Raised)]
    [InlineData(V1.CallErrorKind.Cancelled)]
    [InlineData(V1.CallErrorKind.TimedOut)]
    [InlineData(V1.CallErrorKind.Deadlock)]
    [InlineData(V1.CallErrorKind.BadArgument)]
    [InlineData(V1.CallErrorKind.Lost)]
    public void Kinds_come_out_as_they_went_in(V1.CallErrorKind kind)
    {
        var failure = CallErrorMapping.FromMessage(new V1.CallError { Kind = kind, Message = "m" });
        Assert.Equal(kind.ToString(), failure.Kind.ToString());
        Assert.Equal(kind, CallErrorMapping.ToMessage(failure).Kind);
    }

    [Theory]
    [InlineData(V1.CallErrorKind.Unspecified)]
    [InlineData((V1.CallErrorKind)99)]
    public void Unknown_kinds_count_as_raised(V1.CallErrorKind kind) =>
        Assert.Equal(CallFailureKind.Raised, CallErrorMapping.FromMessage(new V1.CallError { Kind = kind }).Kind);

    [Fact]
    public void A_refusal_that_a_function_met_is_something_that_it_raised() =>
        Assert.Equal(V1.CallErrorKind.Raised, CallErrorMapping.ToMessage(new CallFailure(CallFailureKind.NotFound, "m")).Kind);

    [Fact]
    public void Long_texts_are_cut_in_both_directions_between_two_characters()
    {
        var text = new string('x', CallErrorMapping.MaxStackBytes - 1) + "\U0001F600";
        var failure = new CallFailure(CallFailureKind.Raised, text) { Type = text, Stack = text };
        var message = CallErrorMapping.ToMessage(failure);
        Assert.Equal(CallErrorMapping.MaxMessageBytes, Encoding.UTF8.GetByteCount(message.Message));
        Assert.Equal(CallErrorMapping.MaxTypeBytes, Encoding.UTF8.GetByteCount(message.Type));
        Assert.Equal(new string('x', CallErrorMapping.MaxStackBytes - 1), message.Stack);
        var read = CallErrorMapping.FromMessage(new V1.CallError { Message = text, Type = text, Stack = text });
        Assert.Equal((message.Message, message.Type, message.Stack), (read.Message, read.Type, read.Stack));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void At_most_16_causes_cross_in_all(bool deep)
    {
        var failure = new CallFailure(CallFailureKind.Raised, "last");
        for (var index = 0; index < 40; index++)
        {
            failure = deep
                ? new CallFailure(CallFailureKind.Raised, "m") { Causes = [failure] }
                : failure with { Causes = [.. failure.Causes, new CallFailure(CallFailureKind.Raised, "m") { Causes = [new CallFailure(CallFailureKind.Raised, "n")] }] };
        }

        var message = CallErrorMapping.ToMessage(failure);
        Assert.Equal(16, Count(message));
        Assert.Equal(16, Count(CallErrorMapping.ToMessage(CallErrorMapping.FromMessage(message))));
        message.Causes[0].Causes.Add(Enumerable.Range(0, 10).Select(_ => new V1.CallError()));
        Assert.Equal(16, Count(CallErrorMapping.ToMessage(CallErrorMapping.FromMessage(message))));

        static int Count(V1.CallError error) => error.Causes.Count + error.Causes.Sum(Count);
    }
}
