using System.Collections.Concurrent;

namespace Shop;

/// <summary>All articles, in memory. Safe for concurrent use.</summary>
public sealed class Catalogue
{
    private readonly ConcurrentDictionary<int, Article> _articles = new();
    private int _lastId;

    public Catalogue()
    {
        Add("Tea", 3.20m);
        Add("Cup", 7.50m);
    }

    public IEnumerable<Article> All => _articles.Values.OrderBy(article => article.Id);

    public Article? Find(int id) => _articles.GetValueOrDefault(id);

    public Article Add(string name, decimal price)
    {
        var article = new Article(Interlocked.Increment(ref _lastId), name, price);
        _articles[article.Id] = article;
        return article;
    }
}
