namespace Asgiref.Core.Tests;

/// <summary>A context whose thread never comes back to its queue: what is posted to it is lost.</summary>
internal sealed class DeadContext : SynchronizationContext
{
    public override void Post(SendOrPostCallback d, object? state)
    {
    }

    /// <summary>Calls a function under such a context; its own continuations may go anywhere else.</summary>
    public static T Call<T>(Func<T> function)
    {
        var around = Current;
        SetSynchronizationContext(new DeadContext());
        try
        {
            return function();
        }
        finally
        {
            SetSynchronizationContext(around);
        }
    }
}
