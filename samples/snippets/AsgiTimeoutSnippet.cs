using Asgiref.Core.Timeouts;

namespace Snippets;

public static class AsgiTimeoutSnippet
{
    public static async Task RunAsync()
    {
        try
        {
            await AsgiTimeout.RunAsync(TimeSpan.FromMilliseconds(50), token => Task.Delay(Timeout.Infinite, token));
        }
        catch (TimeoutException)
        {
            Console.WriteLine("too late");                                // → too late
        }
    }
}
