using Asgiref.Core.Callables;

namespace MovingFunction;

/// <summary>The function. It knows nothing of where it runs.</summary>
public static class WordCounter
{
    /// <summary>What callers call it.</summary>
    public const string Name = "count-words";

    /// <summary>Registers it: for the program itself, for a worker, and for the bridge, which finds this method by its name.</summary>
    public static CallableRegistry Register() => new CallableRegistry().Add<string, Counted>(Name, Count);

    private static Counted Count(string text)
    {
        var words = text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        return new Counted(words.Length, words.MaxBy(static word => word.Length) ?? "", Environment.ProcessId);
    }
}
