export const Short = () => <p>1</p>;
