using System.Globalization;
using System.Text;

namespace Asgiref.Core.Tests.Stress.Planning;

/// <summary>Writes a plan for a reader: a line for each call and step, indented by depth.</summary>
internal static class PlanText
{
    public static string Of(StressPlan plan)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"seed {plan.Seed} flow {plan.Number}\n");
        Append(text, plan.Root, depth: 0);
        return text.ToString();
    }

    private static void Append(StringBuilder text, PlanNode node, int depth)
    {
        var token = node.Token == TokenUse.None ? "" : $" token={node.Token}";
        Indent(text, depth).Append(CultureInfo.InvariantCulture, $"#{node.Id} {node.Kind}{token} form={node.Form}\n");
        foreach (var step in node.Steps)
        {
            var argument = step.Argument < 0 ? "" : $" {step.Argument}";
            Indent(text, depth + 1).Append(CultureInfo.InvariantCulture, $"{step.Kind}{argument}{(step.Catches ? " catches" : "")}\n");
            foreach (var call in step.Calls)
            {
                Append(text, call, depth + 2);
            }
        }
    }

    private static StringBuilder Indent(StringBuilder text, int depth) => text.Append(' ', depth * 2);
}
