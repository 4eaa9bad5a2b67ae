namespace Bridge.Protocol;

/// <summary>
/// A message or a model object that breaks the contract: a part is missing, out of range, too deep, or cannot cross a
/// wire. Raised by the mapping in both directions, so that a wrong peer and a wrong application are told apart by who
/// called, never by a second exception type.
/// </summary>
public sealed class InvalidMessageException : Exception
{
    /// <summary>Creates the exception for one field.</summary>
    /// <param name="field">The field, as a path of the names in the contract, such as <c>scope.http.client.port</c>.</param>
    /// <param name="problem">What is wrong with it, as a sentence without the field.</param>
    /// <param name="innerException">The error that showed it, if there was one.</param>
    public InvalidMessageException(string field, string problem, Exception? innerException = null)
        : base($"{field}: {problem}", innerException)
    {
        Field = field;
    }

    /// <summary>The field, as a path of the names in the contract.</summary>
    public string Field { get; }
}
