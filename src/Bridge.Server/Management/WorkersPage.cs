using System.Globalization;
using System.Text;
using Bridge.Server.Workers;

namespace Bridge.Server.Management;

/// <summary>What workers serve at this moment, as a table for people; <c>/metrics</c> has the same for programs.</summary>
internal sealed class WorkersPage(WorkerDirectory workers)
{
    public string Render()
    {
        var served = workers.Figures();
        var width = served.Select(application => application.Application.Length).Append("application".Length).Max();
        var text = new StringBuilder($"{"application".PadRight(width)}  ready  running  waiting\n");
        foreach (var application in served)
        {
            text.Append(CultureInfo.InvariantCulture, $"{application.Application.PadRight(width)}  {application.Ready,5}  {application.Running,7}  {application.Waiting,7}\n");
        }

        return text.ToString();
    }
}
