namespace Asgiref.Core.Callables;

/// <summary>Stands for the argument of a function that takes none, or for the result of one that gives none.</summary>
public readonly record struct NoValue;
