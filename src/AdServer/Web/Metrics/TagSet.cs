namespace AdServer.Web.Metrics;

/// <summary>The tags of a series: a set, so their order means nothing. Can be looked up by a span without allocation.</summary>
internal sealed class TagSet(ReadOnlySpan<KeyValuePair<string, object?>> tags)
{
    private readonly KeyValuePair<string, object?>[] tags = tags.ToArray();

    public static IEqualityComparer<TagSet> Comparer { get; } = new BySet();

    public ReadOnlySpan<KeyValuePair<string, object?>> Tags => tags;

    private sealed class BySet : IEqualityComparer<TagSet>, IAlternateEqualityComparer<ReadOnlySpan<KeyValuePair<string, object?>>, TagSet>
    {
        public TagSet Create(ReadOnlySpan<KeyValuePair<string, object?>> alternate) => new(alternate);

        public bool Equals(TagSet? x, TagSet? y) => ReferenceEquals(x, y) || (x is not null && y is not null && Equals(x.Tags, y));

        public bool Equals(ReadOnlySpan<KeyValuePair<string, object?>> alternate, TagSet other)
        {
            if (alternate.Length != other.Tags.Length)
            {
                return false;
            }

            foreach (var tag in alternate)
            {
                if (!Contains(other.Tags, tag))
                {
                    return false;
                }
            }

            return true;
        }

        public int GetHashCode(TagSet obj) => GetHashCode(obj.Tags);

        public int GetHashCode(ReadOnlySpan<KeyValuePair<string, object?>> alternate)
        {
            // A sum, so that the order of the tags does not matter.
            var hash = 0;
            foreach (var (key, value) in alternate)
            {
                hash += HashCode.Combine(key, value);
            }

            return hash;
        }

        private static bool Contains(ReadOnlySpan<KeyValuePair<string, object?>> tags, KeyValuePair<string, object?> sought)
        {
            foreach (var (key, value) in tags)
            {
                if (key == sought.Key && Equals(value, sought.Value))
                {
                    return true;
                }
            }

            return false;
        }
    }
}
