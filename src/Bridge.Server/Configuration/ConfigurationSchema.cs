using System.Collections;
using System.ComponentModel;
using System.Reflection;

namespace Bridge.Server.Configuration;

/// <summary>
/// What may stand under <c>Bridge:</c>, told by the options types themselves. A misspelt key or a value of the wrong
/// form stops the start; silently ignoring one would leave a limit unset that somebody believes in.
/// </summary>
internal sealed class ConfigurationSchema(IReadOnlyDictionary<string, Type> sections)
{
    public const string Root = "Bridge";

    private static readonly TimeSpan LongestTime = TimeSpan.FromDays(24);

    /// <exception cref="ConfigurationException">The first key that is unknown or has a wrong value.</exception>
    public void Check(IConfiguration configuration)
    {
        foreach (var child in configuration.GetSection(Root).GetChildren())
        {
            CheckRegistered(child);
        }
    }

    private void CheckRegistered(IConfigurationSection section)
    {
        if (Find(section.Path) is { } type)
        {
            Check(section, type);
            return;
        }

        if (!Below(section.Path).Any())
        {
            throw Unknown(section, sections.Keys.Select(path => path[(Root.Length + 1)..]));
        }

        RequireNoValue(section, "it is a section with keys of its own");

        foreach (var child in section.GetChildren())
        {
            CheckRegistered(child);
        }
    }

    private void Check(IConfigurationSection section, Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (IsScalar(type))
        {
            CheckScalar(section, type);
        }
        else if (ValueTypeOfMap(type) is { } value)
        {
            CheckEach(section, value, "name");
        }
        else if (typeof(IEnumerable).IsAssignableFrom(type))
        {
            CheckEach(section, type.GetGenericArguments()[0], "0");
        }
        else
        {
            CheckProperties(section, type);
        }
    }

    private void CheckEach(IConfigurationSection section, Type element, string exampleKey)
    {
        RequireNoValue(section, $"each entry has a key of its own, such as {section.Path}:{exampleKey}");
        foreach (var child in section.GetChildren())
        {
            Check(child, element);
        }
    }

    private void CheckProperties(IConfigurationSection section, Type type)
    {
        RequireNoValue(section, "it is a section with keys of its own");
        var properties = type.GetProperties(BindingFlags.Instance | BindingFlags.Public)
            .Where(property => property.CanWrite || !IsScalar(property.PropertyType))
            .ToDictionary(property => property.Name, StringComparer.OrdinalIgnoreCase);
        foreach (var child in section.GetChildren())
        {
            if (properties.TryGetValue(child.Key, out var property))
            {
                Check(child, property.PropertyType);
            }
            else if (Find(child.Path) is { } own)
            {
                Check(child, own);
            }
            else
            {
                throw Unknown(child, properties.Keys);
            }
        }
    }

    /// <summary>Empty is allowed: it is what JSON gives for an empty list or object.</summary>
    private static void RequireNoValue(IConfigurationSection section, string form)
    {
        if (!string.IsNullOrEmpty(section.Value))
        {
            throw new ConfigurationException($"{section.Path} is \"{section.Value}\"; {form}.");
        }
    }

    private static void CheckScalar(IConfigurationSection section, Type type)
    {
        if (section.GetChildren().Any())
        {
            throw new ConfigurationException($"{section.Path} is a section; it must be one value.");
        }

        if (type == typeof(string) || section.Value is not { } text)
        {
            return;
        }

        if (type.IsEnum)
        {
            var names = Enum.GetNames(type);
            if (!names.Contains(text, StringComparer.OrdinalIgnoreCase))
            {
                throw Wrong(section, $"one of {string.Join(", ", names.Select(name => name.ToLowerInvariant()))}");
            }

            return;
        }

        object? value;
        try
        {
            value = TypeDescriptor.GetConverter(type).ConvertFromInvariantString(text);
        }
        catch (Exception error) when (error is FormatException or ArgumentException or NotSupportedException or OverflowException)
        {
            throw Wrong(section, Form(type));
        }

        if (value is TimeSpan time && (time < TimeSpan.Zero || time > LongestTime))
        {
            throw Wrong(section, "a time of at most 24 days as hh:mm:ss (a bare number is a number of days)");
        }
    }

    private Type? Find(string path) =>
        sections.FirstOrDefault(entry => entry.Key.Equals(path, StringComparison.OrdinalIgnoreCase)).Value;

    private IEnumerable<string> Below(string path) =>
        sections.Keys.Where(key => key.StartsWith(path + ":", StringComparison.OrdinalIgnoreCase));

    private static bool IsScalar(Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        return type.IsPrimitive || type.IsEnum || type == typeof(string) || type == typeof(TimeSpan) || type == typeof(Uri) || type == typeof(decimal);
    }

    private static Type? ValueTypeOfMap(Type type) =>
        type.GetInterfaces().Append(type)
            .FirstOrDefault(candidate => candidate.IsGenericType && candidate.GetGenericTypeDefinition() == typeof(IDictionary<,>))?
            .GetGenericArguments()[1];

    private static string Form(Type type) =>
        type == typeof(TimeSpan) ? "a time as hh:mm:ss"
        : type == typeof(bool) ? "true or false"
        : type == typeof(Uri) ? "an address"
        : "a number";

    private static ConfigurationException Wrong(IConfigurationSection section, string form) =>
        new($"{section.Path} is \"{section.Value}\"; it must be {form}.");

    private static ConfigurationException Unknown(IConfigurationSection section, IEnumerable<string> known) =>
        new($"{section.Path} is not a setting of the bridge. Known here: {string.Join(", ", known.Order(StringComparer.Ordinal))}.");
}
