using System.Runtime.InteropServices;

namespace Asgiref.Core.Server;

/// <summary>
/// Listens for Ctrl+C and the request to terminate. The first one is ours to handle; after it the process's own handling
/// is back, so that an impatient second one ends the process.
/// </summary>
internal sealed class InterruptSignals : IDisposable
{
    private readonly Action _interrupted;
    private readonly PosixSignalRegistration[] _registrations;
    private int _seen;

    public InterruptSignals(Action interrupted)
    {
        _interrupted = interrupted;
        _registrations =
        [
            PosixSignalRegistration.Create(PosixSignal.SIGINT, Handle),
            PosixSignalRegistration.Create(PosixSignal.SIGTERM, Handle),
        ];
    }

    public void Dispose() => Array.ForEach(_registrations, registration => registration.Dispose());

    internal void Handle(PosixSignalContext context)
    {
        if (Interlocked.Exchange(ref _seen, 1) == 0)
        {
            context.Cancel = true;
            _interrupted();
        }
    }
}
