namespace Grpc.Core;

/// <summary>The switches of a call.</summary>
[Flags]
internal enum CallFlags
{
    None = 0,
    WaitForReady = 1,
}
