using Asgiref.Core.Callables;

namespace CallWorker.Trees;

/// <summary>The exception that a plan wants.</summary>
public sealed class TreeFault(int tree, int node) : Exception(TextOf(tree, node))
{
    /// <summary>Whether an exception is that one, or what has come of it in another process.</summary>
    public static bool Is(Exception error, int tree, int node) =>
        error.Message == TextOf(tree, node) && (error is TreeFault || error is RemoteCallException remote && remote.TypeName == typeof(TreeFault).FullName);

    /// <summary>Whether an exception may come of the loss of a process.</summary>
    public static bool IsLoss(Exception error) => error is CallLostException or CallRefusedException ||
        error is RemoteCallException remote && remote.TypeName == typeof(CallRefusedException).FullName;

    private static string TextOf(int tree, int node) => $"Planned: tree {tree}, #{node}.";
}
