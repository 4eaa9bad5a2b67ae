namespace CallWorker.Trees;

/// <summary>What a function of a tree returns, so that a result which went to another caller is seen.</summary>
public sealed record TreeResult(int Tree, int Id, int Sum);
