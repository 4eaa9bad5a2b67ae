using Bridge.Client.AspNetCore.Tests.Hosts;
using Microsoft.AspNetCore.Builder;

namespace Bridge.Client.AspNetCore.Tests;

/// <summary>
/// What an ordinary application and its clients may rely on. Every test runs on Kestrel and behind the bridge: neither side may be
/// able to tell which it is.
/// </summary>
public abstract partial class OrdinaryApplicationTests
{
    protected abstract Task<ServedApplication> ServeAsync(Action<WebApplicationBuilder> configure, Action<WebApplication> map);

    /// <summary>Whether the client is asked for its body before the application asks.</summary>
    protected virtual bool BodiesAreAskedForAtOnce => false;

    private Task<ServedApplication> ServeAsync(Action<WebApplication> map) => ServeAsync(static _ => { }, map);

    /// <summary>A signal between a test and its application.</summary>
    private static TaskCompletionSource<T> Signal<T>() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static TaskCompletionSource Signal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
