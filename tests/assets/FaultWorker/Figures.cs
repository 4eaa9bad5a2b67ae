using System.Diagnostics.Metrics;

namespace FaultWorker;

/// <summary>The figures of the worker's meter, as "name value" pairs in one line; those with tags are added up.</summary>
internal sealed class Figures : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly SortedDictionary<string, long> _values = new(StringComparer.Ordinal);

    public Figures()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == "Bridge.Client.Workers")
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, _, _) =>
            _values[instrument.Name] = _values.GetValueOrDefault(instrument.Name) + value);
        _listener.Start();
    }

    public string Read()
    {
        _values.Clear();
        _listener.RecordObservableInstruments();
        return string.Join(' ', _values.Select(value => $"{value.Key}={value.Value}"));
    }

    public void Dispose() => _listener.Dispose();
}
