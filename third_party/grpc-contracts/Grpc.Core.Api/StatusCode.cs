namespace Grpc.Core;

/// <summary>The result of a call, as gRPC's wire protocol numbers it.</summary>
public enum StatusCode
{
    /// <summary>Success.</summary>
    OK = 0,

    /// <summary>The call was cancelled, usually by the caller.</summary>
    Cancelled = 1,

    /// <summary>An error that carries no better code.</summary>
    Unknown = 2,

    /// <summary>The request is wrong whatever the state of the server.</summary>
    InvalidArgument = 3,

    /// <summary>The deadline passed before the call ended.</summary>
    DeadlineExceeded = 4,

    /// <summary>What was asked for does not exist.</summary>
    NotFound = 5,

    /// <summary>What was to be created exists.</summary>
    AlreadyExists = 6,

    /// <summary>The caller is known and may not do this.</summary>
    PermissionDenied = 7,

    /// <summary>A quota, limit or resource is used up.</summary>
    ResourceExhausted = 8,

    /// <summary>The state of the server does not allow the call.</summary>
    FailedPrecondition = 9,

    /// <summary>A conflict with another operation ended the call.</summary>
    Aborted = 10,

    /// <summary>Past the valid range.</summary>
    OutOfRange = 11,

    /// <summary>The method is not implemented.</summary>
    Unimplemented = 12,

    /// <summary>An invariant of the server or the transport is broken.</summary>
    Internal = 13,

    /// <summary>The service can't be reached now; a later try may succeed.</summary>
    Unavailable = 14,

    /// <summary>Data were lost or damaged.</summary>
    DataLoss = 15,

    /// <summary>The caller is not known.</summary>
    Unauthenticated = 16,
}
