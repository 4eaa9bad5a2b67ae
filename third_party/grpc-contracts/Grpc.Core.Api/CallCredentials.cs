using Grpc.Core.Internal;

namespace Grpc.Core;

/// <summary>Who makes a call.</summary>
public abstract class CallCredentials
{
    /// <summary>Two or more credentials together.</summary>
    public static CallCredentials Compose(params CallCredentials[] credentials) => new CompositeCallCredentials(credentials);

    /// <summary>Credentials that a function adds to the headers of each call.</summary>
    public static CallCredentials FromInterceptor(AsyncAuthInterceptor interceptor) => new InterceptorCallCredentials(interceptor);

    /// <summary>Tells the configurator what these credentials hold; for client libraries.</summary>
    public abstract void InternalPopulateConfiguration(CallCredentialsConfiguratorBase configurator, object? state);
}
