namespace Bridge.Protocol.Sessions;

/// <summary>Raised by a send on an exchange through which nothing goes any more.</summary>
internal sealed class ExchangeEndedException(ExchangeEnding ending)
    : Exception(ending.Reason.Length > 0 ? ending.Reason : $"The exchange has ended ({ending.Kind}).")
{
    /// <summary>How it ended.</summary>
    public ExchangeEnding Ending { get; } = ending;
}
