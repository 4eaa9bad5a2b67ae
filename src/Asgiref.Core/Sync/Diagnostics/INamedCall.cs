namespace Asgiref.Core.Sync.Diagnostics;

/// <summary>Something an event loop runs that knows the user's function in it.</summary>
internal interface INamedCall
{
    /// <summary>The type and name of the function.</summary>
    string FunctionName { get; }
}
