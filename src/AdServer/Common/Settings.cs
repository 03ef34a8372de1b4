namespace AdServer.Common;

/// <summary>The settings of a module: one section, one record. What cannot be read stops the start and says which setting it was.</summary>
internal static class Settings
{
    /// <summary>Reads <c>Section:…</c>; what is not set keeps the record's default.</summary>
    /// <exception cref="StartException">A setting is unknown or has a value of the wrong kind.</exception>
    public static T Read<T>(this IConfiguration configuration, string section)
        where T : new()
    {
        var settings = configuration.GetSection(section);
        var known = typeof(T).GetProperties().Where(property => property.CanWrite).Select(property => property.Name).ToList();
        if (settings.GetChildren().FirstOrDefault(child => !known.Contains(child.Key, StringComparer.OrdinalIgnoreCase)) is { } stranger)
        {
            var all = string.Join(", ", known.Select(name => $"{section}:{name}"));
            throw new StartException($"{section}:{stranger.Key} is no setting. Settings of this section: {all}.");
        }

        try
        {
            return settings.Get<T>() ?? new T();
        }
        catch (InvalidOperationException fault)
        {
            // The binder's own words name the setting and the value.
            throw new StartException(fault.Message, fault);
        }
    }

    /// <summary>Throws if something is wrong with the values.</summary>
    /// <exception cref="StartException">It is.</exception>
    public static T Checked<T>(this T settings, string? fault) => fault is null ? settings : throw new StartException(fault);
}
