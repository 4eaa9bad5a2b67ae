using Bridge.Protocol.V1;
using Grpc.Core;

namespace Bridge.Server.Tests.Grpc;

/// <summary>How a call of Run ended.</summary>
internal sealed record CallEnd(Status Status, string? Ending, string? Omission, IReadOnlyList<SendEvent> Events)
{
    public void AssertIs(StatusCode code, string? ending, string detail = "")
    {
        Assert.True(code == Status.StatusCode && ending == Ending, $"{Status} ended as {Ending}");
        Assert.Contains(detail, Status.Detail, StringComparison.Ordinal);
    }
}
