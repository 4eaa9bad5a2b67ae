using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;
using Asgiref.Core.Sync.Diagnostics;
using Bridge.Server.Metrics;

namespace Bridge.Server.Management;

/// <summary>
/// The observable instruments of the bridge's meter and of Asgiref.Core's as Prometheus text, version 0.0.4. A name's dots
/// become underscores; a counter ends in <c>_total</c>. Safe for concurrent use.
/// </summary>
internal sealed class PrometheusPage(BridgeMetrics metrics)
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    public string Render()
    {
        var families = new SortedDictionary<string, StringBuilder>(StringComparer.Ordinal);
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, self) =>
        {
            var isShown = ReferenceEquals(instrument.Meter, metrics.Meter) || instrument.Meter.Name == SyncDiagnostics.MeterName;
            if (isShown && instrument.IsObservable)
            {
                self.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(families, instrument, tags, value.ToString(CultureInfo.InvariantCulture)));
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Add(families, instrument, tags, Number(value)));
        listener.Start();
        listener.RecordObservableInstruments();
        return string.Concat(families.Values);
    }

    private static void Add(
        SortedDictionary<string, StringBuilder> families, Instrument instrument, ReadOnlySpan<KeyValuePair<string, object?>> tags, string value)
    {
        var counter = instrument is ObservableCounter<long> or ObservableCounter<double>;
        var name = Name(instrument.Name) + (counter ? "_total" : "");
        if (!families.TryGetValue(name, out var text))
        {
            families[name] = text = new StringBuilder()
                .Append("# HELP ").Append(name).Append(' ').Append(Escape(instrument.Description ?? "")).Append('\n')
                .Append("# TYPE ").Append(name).Append(counter ? " counter\n" : " gauge\n");
        }

        text.Append(name);
        if (!tags.IsEmpty)
        {
            var separator = '{';
            foreach (var (key, label) in tags)
            {
                text.Append(separator).Append(Name(key)).Append("=\"")
                    .Append(Escape(Convert.ToString(label, CultureInfo.InvariantCulture) ?? "").Replace("\"", "\\\"", StringComparison.Ordinal))
                    .Append('"');
                separator = ',';
            }

            text.Append('}');
        }

        text.Append(' ').Append(value).Append('\n');
    }

    private static string Name(string name) => string.Concat(name.Select(c => char.IsAsciiLetterOrDigit(c) ? c : '_'));

    private static string Escape(string text) =>
        text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);

    private static string Number(double value) =>
        double.IsNaN(value) ? "NaN"
        : double.IsPositiveInfinity(value) ? "+Inf"
        : double.IsNegativeInfinity(value) ? "-Inf"
        : value.ToString("R", CultureInfo.InvariantCulture);
}
