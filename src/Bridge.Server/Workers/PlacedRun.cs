using Asgiref.Core.Hosting;

namespace Bridge.Server.Workers;

/// <summary>How an instance ended at the place that it had.</summary>
/// <param name="Ending">How it ended.</param>
/// <param name="MayGoElsewhere">Whether it was refused in a way that lets another worker run it: no application code has run.</param>
internal readonly record struct PlacedRun(InstanceEnding Ending, bool MayGoElsewhere);
