using Asgiref.Core.Sync.Threads;

namespace Asgiref.Core.Wsgi;

/// <summary>One request: calls the application, sends its body and disposes its iterable, all on one dedicated thread.</summary>
internal sealed class WsgiExchange(
    WsgiApplication application,
    Dictionary<string, object> environ,
    WsgiResponse response,
    TextWriter errors) : ThreadWork
{
    private IEnumerable<ReadOnlyMemory<byte>>? _body;
    private IEnumerator<ReadOnlyMemory<byte>>? _chunks;

    /// <inheritdoc/>
    protected override void Execute()
    {
        try
        {
            _body = application(environ, response.Start)
                ?? throw new WsgiProtocolException("The application returned null instead of an iterable.");
            SendBody(_body);
        }
        catch
        {
            CloseAfterError();
            throw;
        }

        Close();
    }

    private void SendBody(IEnumerable<ReadOnlyMemory<byte>> body)
    {
        var file = body as WsgiFileWrapper;
        var knownLength = file?.Remaining;
        var isSingle = body is IReadOnlyCollection<ReadOnlyMemory<byte>> { Count: 1 };
        _chunks = file?.Blocks(keepable: false) ?? body.GetEnumerator();
        while (_chunks.MoveNext())
        {
            var chunk = _chunks.Current;
            if (isSingle)
            {
                knownLength = chunk.Length;
            }

            if (knownLength is { } length)
            {
                response.DeclareLength(length);
            }

            if (response.Yield(chunk))
            {
                return;
            }
        }

        response.Finish();
    }

    /// <summary>Ends the generator, then the iterable (PEP-09); often they are the same object, which disposes twice without harm.</summary>
    private void Close()
    {
        response.Close();
        try
        {
            _chunks?.Dispose();
        }
        finally
        {
            if (!ReferenceEquals(_body, _chunks))
            {
                (_body as IDisposable)?.Dispose();
            }
        }
    }

    /// <summary>The request's own error is the one to report: one of the clean-up must not take its place.</summary>
    private void CloseAfterError()
    {
        try
        {
            Close();
        }
        catch (Exception error)
        {
            errors.WriteLine($"Disposing the response iterable after an error failed too: {error}");
        }
    }
}
