using System.Globalization;

namespace AdServer.Benchmarks;

/// <summary>The options of a benchmark, as pairs of a name and a value. One that it does not know is refused, before anything takes its time.</summary>
internal sealed class Options
{
    private readonly Dictionary<string, string> values = [];

    /// <param name="arguments">What was typed after the benchmark's name.</param>
    /// <param name="known">The names of its options.</param>
    /// <exception cref="OptionException">There is another one, or one without a value.</exception>
    public Options(string[] arguments, params string[] known)
    {
        foreach (var pair in arguments.Chunk(2))
        {
            if (pair is not [var name, var value] || !known.Contains(name))
            {
                throw new OptionException($"{pair[0]} is no option, or has no value. Options: {string.Join(", ", known)}");
            }

            values[name] = value;
        }
    }

    /// <summary>Whether an option is there.</summary>
    public bool Has(string name) => values.ContainsKey(name);

    public string Text(string name, string otherwise) => values.GetValueOrDefault(name, otherwise);

    /// <exception cref="OptionException">It is no number.</exception>
    public double Number(string name, double otherwise) =>
        !values.TryGetValue(name, out var text) ? otherwise
        : double.TryParse(text, CultureInfo.InvariantCulture, out var number) ? number
        : throw new OptionException($"{name} {text}: that is no number");

    /// <exception cref="OptionException">It is no number.</exception>
    public int Count(string name, int otherwise) => (int)Number(name, otherwise);

    /// <summary>A time in seconds.</summary>
    /// <exception cref="OptionException">It is no number.</exception>
    public TimeSpan Seconds(string name, double otherwise) => TimeSpan.FromSeconds(Number(name, otherwise));
}

/// <summary>Something was typed that a benchmark does not understand.</summary>
internal sealed class OptionException(string message) : Exception(message);
