using Asgiref.Core.Server;

namespace Asgiref.Core.Tests.Server;

/// <summary>A server whose instances write into one <see cref="Server.Journal"/>.</summary>
internal sealed class JournalServer(Journal journal, StatelessServerOptions? options = null)
    : TestServer(journal.Application, options)
{
    public JournalServer(StatelessServerOptions? options = null)
        : this(new Journal(), options)
    {
    }

    public Journal Journal => journal;

    /// <summary>Opens scopes one after the other, each when the application of the last one has begun.</summary>
    public async Task OpenInTurnAsync(params string[] ids)
    {
        foreach (var id in ids)
        {
            await OpenAsync(id);
            Assert.Equal($"{id} begins", await journal.NextAsync());
        }
    }
}
