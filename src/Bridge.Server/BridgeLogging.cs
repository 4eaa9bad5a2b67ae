using Microsoft.Extensions.Options;

namespace Bridge.Server;

/// <summary>What is logged unless <c>Logging:</c> says otherwise: one line an event, the bridge's own from Information on.</summary>
internal static class BridgeLogging
{
    public static void Configure(ILoggingBuilder logging)
    {
        logging.AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ ";
            console.UseUtcTimestamp = true;
        });

        // Of two rules for the same category the later one wins, and that has to be the configuration's.
        logging.Services.Insert(0, ServiceDescriptor.Singleton<IConfigureOptions<LoggerFilterOptions>>(
            new ConfigureOptions<LoggerFilterOptions>(AddDefaults)));
    }

    private static void AddDefaults(LoggerFilterOptions filters)
    {
        filters.AddFilter("Microsoft", LogLevel.Warning);

        // As long as this one listens at all, the host makes an Activity for every request.
        filters.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None);

        // A start that fails is told in one line by the program itself; these would add the stack trace.
        filters.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.Critical);
        filters.AddFilter("Microsoft.AspNetCore.Server.Kestrel", level => level is LogLevel.Warning or LogLevel.Error);
    }
}
