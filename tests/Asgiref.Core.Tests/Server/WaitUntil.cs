namespace Asgiref.Core.Tests.Server;

/// <summary>Waits for a state that gives no signal, such as an armed timer.</summary>
internal static class WaitUntil
{
    public static Task HoldsAsync(Func<bool> condition) => Task.Run(async () =>
    {
        while (!condition())
        {
            await Task.Yield();
        }
    }).WithDeadline();
}
