using Bridge.Server.Configuration;
using SessionOptions = Bridge.Protocol.Sessions.SessionOptions;

namespace Bridge.Server.Sessions;

/// <summary>The limits of the bridge's sessions, configuration <c>Bridge:Sessions</c>; names and defaults are those of <see cref="SessionOptions"/>.</summary>
internal static class SessionSettings
{
    public const string Section = "Bridge:Sessions";

    /// <exception cref="ConfigurationException">A value is out of its range.</exception>
    public static SessionOptions Read(IConfiguration configuration)
    {
        var options = configuration.GetSection(Section).Get<SessionOptions>() ?? new SessionOptions();
        try
        {
            options.Validate();
            return options;
        }
        catch (ArgumentException error)
        {
            throw new ConfigurationException($"{Section}:{error.Message}");
        }
    }
}
