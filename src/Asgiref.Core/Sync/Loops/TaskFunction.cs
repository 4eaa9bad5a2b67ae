using Asgiref.Core.Compatibility;

namespace Asgiref.Core.Sync.Loops;

/// <summary>An asynchronous function that is called later, where nobody could catch what it throws instead of returning a task.</summary>
/// <typeparam name="T">What it returns.</typeparam>
internal readonly struct TaskFunction<T>
    where T : Task
{
    private readonly Func<T> _function;
    private readonly Func<OperationCanceledException, T> _cancelled;

    /// <param name="function">The function.</param>
    /// <param name="cancelled">Makes a task that ends with a cancellation.</param>
    public TaskFunction(Func<T> function, Func<OperationCanceledException, T> cancelled)
    {
        ArgumentNullException.ThrowIfNull(function);
        _function = function;
        _cancelled = cancelled;
    }

    /// <summary>The type and name of the function.</summary>
    public string Name => AsyncCallable.NameOf(_function);

    /// <summary>Calls the function. A cancellation that it throws at once ends its task cancelled, not failed (MAP-11).</summary>
    /// <exception cref="InvalidOperationException">The function returned null.</exception>
    public T Call()
    {
        try
        {
            return _function() ?? throw new InvalidOperationException("The asynchronous function returned null instead of a task.");
        }
        catch (OperationCanceledException error)
        {
            return _cancelled(error);
        }
    }
}
