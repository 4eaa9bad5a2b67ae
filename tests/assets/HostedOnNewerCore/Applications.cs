using Asgiref.Core;

namespace HostedOnNewerCore;

public static class Applications
{
    public static AsgiApplication Asgi { get; } = _ => Task.CompletedTask;
}
