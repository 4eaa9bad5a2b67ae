namespace Grpc.Core;

/// <summary>How a client library learns what call credentials hold.</summary>
public abstract class CallCredentialsConfiguratorBase
{
    /// <summary>They are these together.</summary>
    public abstract void SetCompositeCredentials(object? state, IReadOnlyList<CallCredentials> credentials);

    /// <summary>They are made by that function.</summary>
    public abstract void SetAsyncAuthInterceptorCredentials(object? state, AsyncAuthInterceptor interceptor);
}
