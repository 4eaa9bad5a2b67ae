using System.Globalization;
using System.Text;
using Bridge.Server.Callables;
using Bridge.Server.Workers;

namespace Bridge.Server.Management;

/// <summary>What workers serve at this moment, as tables for people; <c>/metrics</c> has the same for programs.</summary>
internal sealed class WorkersPage(WorkerDirectory workers, CallableDirectory callables, CallRouter calls)
{
    public string Render()
    {
        var text = new StringBuilder();
        AppendTable(text, "application", workers.Figures());
        var served = callables.Figures();
        var live = calls.Live.Count;
        if (served.Count > 0 || live > 0)
        {
            text.Append('\n');
            AppendTable(text, "callable", served);
            text.Append(CultureInfo.InvariantCulture, $"\n{live} calls under way\n");
        }

        return text.ToString();
    }

    private static void AppendTable(StringBuilder text, string what, IReadOnlyList<WorkerFigures> served)
    {
        var width = served.Select(each => each.Application.Length).Append(what.Length).Max();
        text.Append(CultureInfo.InvariantCulture, $"{what.PadRight(width)}  ready  running  waiting\n");
        foreach (var each in served)
        {
            text.Append(CultureInfo.InvariantCulture, $"{each.Application.PadRight(width)}  {each.Ready,5}  {each.Running,7}  {each.Waiting,7}\n");
        }
    }
}
