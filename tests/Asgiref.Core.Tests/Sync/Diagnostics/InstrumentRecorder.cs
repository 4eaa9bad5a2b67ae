using System.Diagnostics.Metrics;
using System.Globalization;
using Asgiref.Core.Sync.Diagnostics;

namespace Asgiref.Core.Tests.Sync.Diagnostics;

/// <summary>Notes what is recorded on the thread that made it; what other tests record at the same time is on other threads.</summary>
internal sealed class InstrumentRecorder : IDisposable
{
    private readonly Thread _thread = Thread.CurrentThread;
    private readonly List<string> _entries = [];
    private readonly MeterListener _listener = new();

    public InstrumentRecorder()
    {
        _listener.InstrumentPublished = static (instrument, listener) =>
        {
            if (instrument.Meter.Name == SyncDiagnostics.MeterName && !instrument.IsObservable)
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((instrument, calls, tags, _) =>
            Note($"{instrument.Name} {calls.ToString("+0;-0", CultureInfo.InvariantCulture)} {Values(tags)}"));
        _listener.SetMeasurementEventCallback<double>((instrument, seconds, tags, _) =>
        {
            Note($"{instrument.Name} {Values(tags)}");
            Assert.InRange(seconds, 0, Deadline.Default.TotalSeconds);
        });
        _listener.Start();
    }

    /// <summary>What the listener throws at each measurement.</summary>
    public Exception? Error { get; init; }

    /// <summary>What was recorded since the last time.</summary>
    public string[] Take()
    {
        string[] taken = [.. _entries];
        _entries.Clear();
        return taken;
    }

    public void Dispose() => _listener.Dispose();

    private static string Values(ReadOnlySpan<KeyValuePair<string, object?>> tags) =>
        string.Join(' ', tags.ToArray().Select(tag => tag.Value));

    private void Note(string entry)
    {
        if (Thread.CurrentThread != _thread)
        {
            return;
        }

        _entries.Add(entry);
        if (Error is not null)
        {
            throw Error;
        }
    }
}
